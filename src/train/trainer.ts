import type { NonFinitePlace } from "../errors.ts";
import type { Arithmetic } from "../kernels/arithmetic.ts";
import type { CallbackState, Logs, TrainedModel } from "./callbacks.ts";

/** What is trained, as the loop sees it. */
export interface Trainer {
  readonly model: TrainedModel;
  readonly arithmetic: Arithmetic;
  /** Steps of an epoch, null where only reading tells. */
  readonly steps: number | null;
  readonly batchSize: number;
  /** Samples of an epoch, null where only reading tells. */
  readonly samples: number | null;
  /** Whether this process writes files and prints. */
  readonly leads: boolean;
  /** Whether epochs end with a validation. */
  readonly validates: boolean;
  /** Begins an epoch at a batch; sums begin anew at the first one only. */
  beginEpoch(epoch: number, batch: number): void | Promise<void>;
  /** Goes on to the next batch; its number of samples, or 0 after the last. */
  next(): number | Promise<number>;
  /** Makes ready what trains on the batch. @returns a promise where something must be loaded */
  ready(count: number): Promise<void> | undefined;
  /** Trains on the batch. @returns false where the loss was not finite; then nothing was updated */
  step(count: number): boolean | Promise<boolean>;
  /** Trains on batches for a while, on so many at most; a trainer that is elsewhere has it. */
  stride?(most: number): Promise<Stride>;
  /** After a stride: gives the model here the values of the one that is trained, for a hook that may look at it. */
  show?(): Promise<void>;
  /** Takes the values back that something else may have changed: after every wait. */
  retake(): void;
  /** The loss that is not finite, and where numbers stopped being so. */
  nonFinite(): Promise<{ readonly loss: number; readonly place: NonFinitePlace }>;
  /** Ends the batches of an epoch: makes its sums those of all processes that train together. */
  gather(): void | Promise<void>;
  /** Means of the epoch so far; of this process's batches before `gather`. */
  results(): Record<string, number>;
  /** Loss and metrics of the validation. */
  evaluate(): Promise<Record<string, number>>;
  /** Values of all variables as the last validation saw them; null where they are the model's own. */
  judged(): Promise<readonly Float32Array<ArrayBuffer>[] | null>;
  /** Counts an epoch. @returns what is known besides its means: the rate and the norm of its gradients */
  endEpoch(): EpochEnd | Promise<EpochEnd>;
  /** Counts the training. */
  endTraining(): void | Promise<void>;
  /** Everything that a later step depends on. */
  state(): Required<CallbackState>;
  /** @throws DataError where it is the state of another training */
  restore(state: Required<CallbackState>): Promise<void>;
}

/** What is known at the end of an epoch besides its means. */
export interface EpochEnd {
  /** Mean norm of the gradients; null where nobody computes it. */
  readonly gradientNorm: number | null;
  readonly learningRate: number;
}

/** Some batches that were trained on. */
export interface Stride {
  readonly batches: number;
  /** Whether the epoch may have more. */
  readonly more: boolean;
  /** Whether the loss was finite; if not, it was that of the next batch, which is not counted. */
  readonly finite: boolean;
}

/** An epoch that was trained. */
export interface FitEpoch {
  /** From 0. */
  readonly epoch: number;
  readonly logs: Logs;
}
