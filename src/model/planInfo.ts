import { withDefaults } from "../errors.ts";
import { explain } from "../plan/explain.ts";
import type { AnyModel } from "./model.ts";
import type { StepKind } from "./runner.ts";

/** Options of `model.plan`. */
export interface PlanInfoOptions {
  /** Default "train". */
  kind?: StepKind;
  /** Samples in a batch. Default 32. */
  batchSize?: number;
}

/** Bytes that a step needs, by what they hold. */
export interface MemoryInfo {
  readonly parameters: number;
  readonly gradients: number;
  readonly slots: number;
  /** State and frozen parameters. */
  readonly state: number;
  /** Activations and what kernels need while they run. */
  readonly arena: number;
  /** Commands, scalars and constants of the plans. */
  readonly commands: number;
  readonly total: number;
}

/** What a step computes, and what it needs. */
export interface PlanInfo {
  readonly memory: MemoryInfo;
  /** Ops, shapes, places, bytes and flops, as text. */
  explain(): string;
}

/**
 * The plan of a step, compiled and placed in linear memory but not run. All plans of a model share one
 * arena, so its bytes are those of the largest plan that was asked for so far; data comes on top.
 */
export async function planInfo(model: AnyModel, options: PlanInfoOptions): Promise<PlanInfo> {
  const { kind, batchSize } = withDefaults<Required<PlanInfoOptions>>(
    "plan",
    { kind: "train", batchSize: 32 },
    options,
  );
  const engine = await model.start();
  const runner = model.runnerOn(engine);
  const letGo = runner.hold();
  const loading = runner.prepare([[kind, batchSize]], runner.defaultDtypes(kind, batchSize));
  if (loading) await loading;
  const { trainedBytes, gradientBytes, slots, bytes } = runner.memory;
  const memory: MemoryInfo = {
    parameters: trainedBytes,
    gradients: gradientBytes,
    slots: trainedBytes * slots.size,
    state: bytes - gradientBytes - trainedBytes * (1 + slots.size),
    arena: runner.arenaSize,
    commands: runner.bytes - bytes - runner.arenaSize,
    total: runner.bytes,
  };
  letGo();
  return { memory, explain: () => explain(runner.compiled(kind, batchSize)) };
}
