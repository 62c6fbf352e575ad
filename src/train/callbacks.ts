import type { Json } from "../io/json.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** Results by name: `loss`, `accuracy`, `val_loss`, ... */
export type Logs = Readonly<Record<string, number>>;

/** What callbacks may do with the model that is trained. */
export interface TrainedModel {
  readonly name: string;
  /** Set to true, it ends training after the running batch; the epoch is validated as any other. */
  stopTraining: boolean;
  /** The rate of the next step, without the factor; a rate that is set stands in place of a schedule. */
  learningRate: number;
  /** What the rate is multiplied by besides: callbacks lower it, whatever the schedule. */
  learningRateFactor: number;
  /** Parameters and state, in the order of getWeights(). */
  readonly variables: readonly { readonly name: string }[];
  getWeights(): Tensor[];
  setWeights(weights: readonly TensorLike[]): void;
  /** The model's file. */
  toBytes(): Uint8Array;
  /** The file of its weights alone. */
  weightsToBytes(): Uint8Array;
  /** A table of the layers. */
  summary(): string;
}

/** What is known when training begins, and what can be done about it. */
export interface TrainingInfo {
  readonly epochs: number;
  /** Steps of an epoch; null with a dataset whose size only reading tells. */
  readonly steps: number | null;
  readonly batchSize: number;
  /** Samples of an epoch, or null as above. */
  readonly samples: number | null;
  readonly model: TrainedModel;
  /** Whether this process writes files and prints: of several that train together only the first does. */
  readonly leads: boolean;
  /** All that training needs to go on from here, in onBatchEnd and onEpochEnd, as a file. */
  checkpoint(): Uint8Array<ArrayBuffer>;
  /**
   * Weights as the validation of this epoch saw them, where that are not those of the model: an average that the optimizer
   * keeps, with running statistics that were made for it. Else null.
   */
  judged(): Promise<readonly Tensor[] | null>;
  /** Called in onTrainBegin: training goes on from a checkpoint. Arithmetic must be the same unless allowed. */
  resume(checkpoint: Checkpoint, options?: { readonly allowInexact?: boolean }): void;
  /** Adds a sentence to the notices of the history. */
  notice(text: string): void;
}

/** What a callback has to remember for training to go on exactly. */
export interface CallbackState {
  /** Plain JSON; every number is kept to the bit. */
  readonly values: { readonly [key: string]: Json };
  readonly tensors?: ReadonlyMap<string, Tensor>;
}

/** Hooks into `fit`, with Keras's names. A hook may be async; training waits for it. */
export interface Callback {
  /** What its state is found by in a checkpoint. */
  readonly name?: string;
  /** Whether it comes after all others, wherever it stands: to see what they have done. */
  readonly last?: boolean;
  /** Whether it reads the memory of the engine that trains: then training cannot be in a worker. */
  readonly looksInside?: boolean;
  /** Called before all others, with the model that is trained. */
  setModel?(model: TrainedModel): void;
  onTrainBegin?(info: TrainingInfo): void | Promise<void>;
  /** Not called for an epoch in whose middle training resumes: it was, before the interruption. */
  onEpochBegin?(epoch: number): void | Promise<void>;
  onBatchBegin?(batch: number): void | Promise<void>;
  /**
   * Whether it is to be told of the end of this batch: asked once after each, ahead of onBatchEnd. It must look at
   * nothing and wait for nothing; what few batches matter to then costs the others no logs, and no weights where a
   * worker trains. Left out: of all.
   */
  hears?(batch: number): boolean;
  /** Whether its onBatchEnd looks at the logs alone: a worker that trains then sends no weights for it. */
  readonly onlyLogs?: boolean;
  /** `logs` are running means of the epoch. Called after every batch, or those that it hears of. */
  onBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  /**
   * Called now and then during an epoch, some 10 to 40 ms apart, with the last batch and its running means: to show
   * training as it runs. Not to look at the model: in a worker its values are sent where a hook may look.
   */
  onTurn?(batch: number, logs: Logs): void;
  /** Around the validation at the end of an epoch. */
  onTestBegin?(): void | Promise<void>;
  /** `logs` as `evaluate` names them, without `val_`. */
  onTestEnd?(logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  /** What a checkpoint holds of it. */
  state?(): CallbackState;
  /** Takes up what `state` gave; called after onTrainBegin. */
  restore?(state: CallbackState): void | Promise<void>;
}
