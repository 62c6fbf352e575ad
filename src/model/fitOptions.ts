import type { WorkerLike } from "../runtime/workerLike.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import type { Callback } from "../train/callbacks.ts";
import type { CheckpointSource } from "../train/checkpointStore.ts";
import type { Group } from "../train/group.ts";
import type { Dataset } from "../train/data/dataset.ts";
import type { DataLike } from "./data.ts";

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Samples in a batch: a number (1: stochastic descent), or "all" (batch descent). Default 32. */
  batchSize?: number | "all";
  /** Share of the samples, the last ones before shuffling, that is kept for validation. Default 0. */
  validationSplit?: number;
  /** Samples for validation: [x, y], [x, y, sampleWeight] or a dataset. Takes precedence over validationSplit. */
  validationData?: readonly [DataLike, DataLike, TensorLike?] | Dataset | null;
  /** New order each epoch. Default true. A dataset has its own. */
  shuffle?: boolean;
  /** Decides the order of the samples, the dropout masks, and the first values of a model that is not built yet. */
  seed?: number;
  /** A weight for each class in training: `{ 0: 1, 1: 5 }`. Labels are whole numbers, 0 and 1, or one-hot rows. Default null. */
  classWeight?: Readonly<Record<number, number>> | null;
  /** A weight for each sample. */
  sampleWeight?: TensorLike;
  callbacks?: readonly Callback[];
  /**
   * Goes on from a checkpoint of a training with the same data and options: a store, the path of a file, or bytes.
   * Where the newest one is damaged, the one before it is taken, with a notice. Default null.
   */
  resumeFrom?: CheckpointSource | null;
  /** Resume also where the arithmetic is another one, so that results differ in their last bits. Default false. */
  allowInexact?: boolean;
  /** Aborting it ends the training after the running batch with the signal's reason. */
  signal?: AbortSignal | null;
  /**
   * Trains in a worker thread, so that this one stays free; results are the same, bit for bit. Callbacks run here, with
   * this model, which has the worker's values whenever a hook is called. The worker is kept for the model's next call
   * with this option, for half a minute or until `model.release()`. True takes the library's own worker; a
   * function starts one of yours, a module that calls `serveTraining`: for layers, losses, metrics and optimizers of
   * your own, and for pages whose Content-Security-Policy allows no blob: workers. Default false.
   */
  worker?: boolean | (() => WorkerLike);
  /** What to do at a loss that is NaN or infinite. Default "throw". */
  onNonFinite?: "throw" | "skip" | "stop";
  /**
   * Processes that train together, each on its share of every batch: `await mpiGroup()` of thalweg/distributed. All give
   * the same data and options; batchSize is that of all. Default null: this process alone.
   */
  group?: Group | null;
  /** 1 prints a line an epoch. Default 0. */
  verbose?: 0 | 1;
}

/** Options of `fit` with the defaults filled in. */
export type AllFitOptions = Required<Omit<FitOptions, "sampleWeight" | "seed">> &
  Pick<FitOptions, "sampleWeight" | "seed">;

/** What `fit` does unless told otherwise. */
export const FIT_DEFAULTS: AllFitOptions = {
  epochs: 1,
  batchSize: 32,
  validationSplit: 0,
  validationData: null,
  shuffle: true,
  seed: undefined,
  classWeight: null,
  sampleWeight: undefined,
  callbacks: [],
  resumeFrom: null,
  allowInexact: false,
  signal: null,
  worker: false,
  onNonFinite: "throw",
  group: null,
  verbose: 0,
};
