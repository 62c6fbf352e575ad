import type { Engine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { MemoryInfo } from "../../model/planInfo.ts";
import type { History } from "../../train/history.ts";
import type { Outcome } from "../outcome.ts";
import type { Problem, Settings } from "../problems/problem.ts";

/** All that a report tells of. */
export interface ReportData {
  readonly problem: Problem;
  readonly settings: Settings;
  readonly outcome: Outcome;
  readonly model: Model;
  readonly engine: Engine;
  readonly seed: number;
  readonly history: History;
  readonly memory: MemoryInfo;
  readonly samplesPerSecond: number;
  readonly trainingSeconds: number;
  /** What was out of the ordinary; "" for nothing. */
  readonly note: string;
  /** The command that repeats the run. */
  readonly command: string;
}
