import type { Choice, Distribution } from "../space/distribution.ts";
import type { Attribute, Outcome } from "../trialRecord.ts";

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
export type ToThread =
  | TrialStart
  | { readonly kind: "abort"; readonly reason: string }
  | ({ readonly kind: "stored"; readonly id: number } & (
      | { readonly value: Uint8Array | string[] | null }
      | { readonly error: string }
    ));

/** What a thread asks the store of its trial's checkpoints. */
export interface StoreCall {
  readonly call: "read" | "write" | "list" | "remove";
  readonly name: string;
  readonly bytes?: Uint8Array;
}

/** How a trial ended. */
export type Ended =
  | { readonly kind: "value"; readonly value: Outcome }
  | { readonly kind: "pruned" }
  | { readonly kind: "error"; readonly name: string; readonly message: string };

/** What a thread tells. "suggest" and "shouldPrune" wait for an answer; "store" gets "stored", by its id. */
export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "suggest"; readonly name: string; readonly distribution: Distribution }
  | { readonly kind: "shouldPrune" }
  | { readonly kind: "report"; readonly value: number; readonly step: number }
  | { readonly kind: "note"; readonly name: string; readonly value: Attribute }
  | ({ readonly kind: "store"; readonly id: number } & StoreCall)
  | Ended;
