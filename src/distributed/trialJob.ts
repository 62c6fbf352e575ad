import type { Choice, Distribution } from "../tune/space/distribution.ts";
import type { Attribute, Outcome } from "../tune/trialRecord.ts";

/** Name of the jobs of a queue. */
export const TRIAL = "trial";

/** A trial as a job of a queue. */
export interface TrialJob {
  readonly number: number;
  readonly seed: number;
  /** Parameters that it has already: those of a declared space. */
  readonly params: Readonly<Record<string, Choice>>;
  /** Whether the objective gets them before the trial. */
  readonly declared: boolean;
}

/** A number as it is sent. */
type Sent = number | string;

/** What a worker tells of a running job. "suggest" and "shouldPrune" wait for an answer in the list `reply`. */
export type TrialNews =
  | {
      readonly kind: "suggest";
      readonly name: string;
      readonly distribution: Distribution;
      readonly reply: string;
    }
  | { readonly kind: "shouldPrune"; readonly reply: string }
  | { readonly kind: "report"; readonly value: Sent; readonly step: number }
  | { readonly kind: "note"; readonly name: string; readonly value: Attribute };

/** How a trial ended, as a job's result. Errors are the job's failure: the engine may try again. */
export type TrialEnd =
  | { readonly kind: "value"; readonly value: Sent | readonly Sent[] }
  | { readonly kind: "pruned" };

/** An answer in a reply list. */
export type Reply = { readonly value: Choice } | { readonly error: string };

/** Told to all workers: the study does not want this job any more. */
export interface Withdrawal {
  readonly job: string;
  readonly reason: string;
}

/** A number for JSON, which has no NaN and no infinity. */
export function sent(value: number): Sent {
  return Number.isFinite(value) ? value : String(value);
}

/** The number of `sent`. */
export function receivedNumber(value: Sent): number {
  return Number(value);
}

/** What an objective returned, for JSON. */
export function sentOutcome(value: Outcome): Sent | readonly Sent[] {
  return Array.isArray(value) ? value.map(sent) : sent(value as number);
}

/** What `sentOutcome` sent. */
export function receivedOutcome(value: Sent | readonly Sent[]): Outcome {
  return typeof value === "object" ? value.map(receivedNumber) : receivedNumber(value);
}

/** Keys of a queue in Redis, beside the engine's own. */
export function keysOf(prefix: string, queue: string) {
  const base = `${prefix}:${queue}`;
  return {
    checkpoints: (job: string): string => `${base}:checkpoints:${job}`,
    withdrawals: `${base}:withdrawals`,
    reply: (id: string): string => `${base}:reply:${id}`,
  };
}
