import type { Tensor, TensorLike } from "../tensor/tensor.ts";

/** Results by name: `loss`, `accuracy`, `val_loss`, ... */
export type Logs = Readonly<Record<string, number>>;

/** What is known when training begins. */
export interface TrainingInfo {
  readonly epochs: number;
  /** Steps of an epoch; null with a dataset whose size only reading tells. */
  readonly steps: number | null;
  readonly batchSize: number;
  /** Samples of an epoch, or null as above. */
  readonly samples: number | null;
}

/** What callbacks may do with the model that is trained. */
export interface TrainedModel {
  /** The rate of the next step, without the factor; a rate that is set stands in place of a schedule. */
  learningRate: number;
  /** What the rate is multiplied by besides: callbacks lower it, whatever the schedule. */
  learningRateFactor: number;
  getWeights(): Tensor[];
  setWeights(weights: readonly TensorLike[]): void;
}

/** Hooks into `fit`, with Keras's names. A hook may be async; training waits for it. */
export interface Callback {
  /** Called before all others, with the model that is trained. */
  setModel?(model: TrainedModel): void;
  onTrainBegin?(info: TrainingInfo): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** `logs` are running means of the epoch. Called after every batch. */
  onBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
}
