import type { Tile } from "../../kernels/tile.ts";
import type { Variant } from "../../kernels/variant.ts";
import type { Arithmetic } from "../../kernels/arithmetic.ts";
import type { NonFinitePlace } from "../../errors.ts";
import type { CallbackState } from "../../train/callbacks.ts";
import type { CompileConfig, ModelConfig } from "../config.ts";
import type { FitOptions } from "../fitOptions.ts";
import type { Slots } from "../variables.ts";
import type { Parcel } from "./parcel.ts";

/** A tensor that comes in pieces: all but its elements; or with them where both sides share their memory. */
export type Announced = Omit<Parcel, "data"> & { readonly shared: Parcel["data"] | null };

/** A piece of a tensor's bytes. */
export interface Piece {
  readonly tensor: number;
  /** Offset in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the worker's engine is made of. */
export interface EngineStart {
  readonly module: WebAssembly.Module;
  readonly variant: Variant;
  readonly threads: number;
  readonly maximumMemory: number;
  readonly splitWork: number;
  /** null: it is not known yet which is faster. */
  readonly tile: Tile | null;
}

/** A model as it goes to the worker: as in its file, but values that were not drawn yet are drawn there. */
export interface ModelStart {
  /** For messages. */
  readonly subject: string;
  readonly config: ModelConfig;
  /** Null where it was not compiled. */
  readonly training: CompileConfig | null;
  /** Of the variables, in order; null where they are not drawn. */
  readonly values: readonly (Float32Array<ArrayBuffer> | null)[];
  readonly slots: Slots;
  readonly iterations: number;
  readonly state: Record<string, number>;
}

/** Options of `fit` that are plain data. */
export type PlainOptions = Pick<
  FitOptions,
  "epochs" | "batchSize" | "validationSplit" | "shuffle" | "seed" | "classWeight" | "onNonFinite"
>;

/** What a training of the model that was placed begins with; the tensors have been sent before. */
export interface TrainingStart {
  readonly options: PlainOptions;
  /** Packed by `pack`, or what describes a dataset. */
  readonly x: unknown;
  readonly y: unknown;
  readonly sampleWeight: unknown;
  readonly validationData: unknown;
}

/** Samples that the model is run over; the tensors have been sent before. */
export interface PassStart {
  readonly batchSize: number | "all" | undefined;
  /** Packed by `pack`, or what describes a dataset. */
  readonly x: unknown;
  readonly y: unknown;
  readonly sampleWeight: unknown;
}

/** What the worker knows when it is ready to train. */
export interface TrainingReady {
  readonly arithmetic: Arithmetic;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly samples: number | null;
  readonly validates: boolean;
  /** Shape of a sample, for a model that learned it from the data. */
  readonly inputShape: readonly number[];
  readonly numbers: CallbackState["values"];
}

/** What the caller has changed since the last message. */
export interface Changes {
  /** What the optimizer carries: a rate that was set. */
  readonly state: Readonly<Record<string, number>>;
  /** Whether each layer may be trained, in the order of layerFlags.ts; null: as before. */
  readonly trainable: readonly boolean[] | null;
  /** Values of variables, by their index. */
  readonly values: readonly (readonly [number, Float32Array<ArrayBuffer>])[];
}

/** Where training stands in the worker. */
export interface Report {
  /** The numbers of a checkpoint. */
  readonly numbers: CallbackState["values"];
  readonly iterations: number;
  readonly state: Record<string, number>;
  /** All values and slots; null where they have not changed. */
  readonly weights: {
    readonly values: readonly Float32Array<ArrayBuffer>[];
    readonly slots: Slots;
  } | null;
  /** Means of the epoch so far. */
  readonly results: Record<string, number>;
}

/** An answer with the state that it was given in, where the caller may look at it now. */
export interface Answer<T> {
  readonly value: T;
  readonly report: Report | null;
}

/** A loss that is not finite. */
export interface Refused {
  readonly loss: number;
  readonly place: NonFinitePlace;
}
