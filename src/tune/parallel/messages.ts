import type { Choice, Distribution } from "../space/distribution.ts";
import type { Attribute } from "../trialRecord.ts";

/** The first message to a thread of trials. */
export interface ThreadStart {
  /** The objective's module. */
  readonly module: string;
  /** What `shared` gave. */
  readonly data: unknown;
  /** Leave out fused multiply-add, as the thread that started this one does. */
  readonly reproducible: boolean;
  /** Where answers come: see answer.ts. */
  readonly answers: SharedArrayBuffer;
}

/** A trial to run. */
export interface TrialStart {
  readonly kind: "run";
  readonly number: number;
  readonly seed: number;
  /** Parameters that it has already: those of a declared space. */
  readonly params: Readonly<Record<string, Choice>>;
  /** Whether the objective gets them before the trial. */
  readonly declared: boolean;
}

/** What a thread is told after its start. */
export type ToThread = TrialStart | { readonly kind: "abort"; readonly reason: string };

/** How a trial ended. */
export type Ended =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "pruned" }
  | { readonly kind: "error"; readonly name: string; readonly message: string };

/** What a thread tells. "suggest" and "shouldPrune" wait for an answer. */
export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "suggest"; readonly name: string; readonly distribution: Distribution }
  | { readonly kind: "shouldPrune" }
  | { readonly kind: "report"; readonly value: number; readonly step: number }
  | { readonly kind: "note"; readonly name: string; readonly value: Attribute }
  | Ended;
