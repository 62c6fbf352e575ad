import type { Choice, Distribution } from "../tune/space/distribution.ts";
import type { Attribute, Outcome } from "../tune/trialRecord.ts";
import { DataError, NonFiniteError, shown } from "../errors.ts";

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
  /** Whose it is: the name of the set of wanted jobs. */
  readonly session: string;
}

/** A number as it is sent. */
type Sent = number | string;

/** Where an answer goes: a worker's list, and the question's name in it. */
export interface ReplyTo {
  readonly list: string;
  readonly id: string;
}

/** What a worker tells of a running job. "suggest" and "shouldPrune" wait for an answer. */
export type TrialNews =
  | {
      readonly kind: "suggest";
      readonly name: string;
      readonly distribution: Distribution;
      readonly reply: ReplyTo;
    }
  | { readonly kind: "shouldPrune"; readonly reply: ReplyTo }
  | { readonly kind: "report"; readonly value: Sent; readonly step: number }
  | { readonly kind: "note"; readonly name: string; readonly value: Attribute };

/** How a trial ended, as a job's result. Errors are the job's failure: the engine may try again. */
export type TrialEnd =
  | { readonly kind: "value"; readonly value: Sent | readonly Sent[] }
  | { readonly kind: "pruned" };

function isSent(value: unknown): value is Sent {
  return typeof value === "number" || typeof value === "string";
}

/** The result of a job, which any program may have written. @throws DataError where it is none of a trial */
export function trialEnd(queue: string, result: unknown): TrialEnd {
  const { kind, value } = (result ?? {}) as { readonly kind?: unknown; readonly value?: unknown };
  if (kind === "pruned") return { kind };
  if (kind === "value" && isSent(value)) return { kind, value };
  if (kind === "value" && Array.isArray(value) && value.every(isSent)) return { kind, value };
  throw new DataError(
    `trialQueue: a job of "${queue}" must end with a trial's value, got ${shown(result)}; another program takes jobs of this queue, give it another name`,
  );
}

/** An objective's error, from the reason of a job that has failed: `name: message`. */
export function trialError(reason: string): Error {
  const [, name, message] = /^(\w*Error): (.*)$/s.exec(reason) ?? [];
  if (name === "NonFiniteError") return new NonFiniteError(message!);
  const error = new Error(message ?? reason);
  if (name !== undefined) error.name = name;
  return error;
}

/** An answer in a worker's list. */
export type Reply = { readonly id: string } & (
  | { readonly value: Choice }
  | { readonly error: string }
);

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
    /** The engine's own: what keys of jobs begin with. */
    jobs: `${base}:`,
    checkpoints: (job: string): string => `${base}:checkpoints:${job}`,
    withdrawals: `${base}:withdrawals`,
    replies: (worker: string): string => `${base}:replies:${worker}`,
    wanted: (session: string): string => `${base}:wanted:${session}`,
  };
}
