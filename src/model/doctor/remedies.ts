import type { AdamOptions } from "../../optim/adam.ts";
import type { CommonOptions } from "../../optim/commonOptions.ts";

/** What a model is to be built with. */
export interface Build {
  /** For `sequential(layers, { seed })`: the same seed, the same first weights. */
  readonly seed: number;
  /** Rate of its dropout layers, 0 for none: `dropout({ rate })`. */
  readonly dropout: number;
  /** Penalty of its kernels, 0 for none: `l2({ l2 })`. */
  readonly l2: number;
}

/** One training: what differs from the plain one. */
export interface Remedy {
  readonly name: string;
  /** Number of the remedy in the article's order; 0 for the plain training. */
  readonly number: number;
  readonly adam?: Partial<AdamOptions & CommonOptions>;
  readonly batchSize?: number;
  readonly plateau?: boolean;
  readonly dropout?: number;
  readonly l2?: number;
}

/** The plain training and six remedies for a validation loss that fluctuates under Adam, in their order. */
export const REMEDIES: readonly Remedy[] = [
  { number: 0, name: "as it is" },
  { number: 1, name: "learningRate 0.0001", adam: { learningRate: 1e-4 } },
  { number: 1, name: "learningRate 0.00001", adam: { learningRate: 1e-5 } },
  { number: 2, name: "reduceLROnPlateau 0.2, 5", plateau: true },
  { number: 3, name: "beta2 0.9995", adam: { beta2: 0.9995 } },
  { number: 4, name: "clipValue 1", adam: { clipValue: 1 } },
  { number: 5, name: "batchSize 64", batchSize: 64 },
  { number: 5, name: "batchSize 128", batchSize: 128 },
  { number: 6, name: "dropout 0.3", dropout: 0.3 },
  { number: 6, name: "l2 0.01", l2: 0.01 },
  { number: 6, name: "dropout 0.3 and l2 0.01", dropout: 0.3, l2: 0.01 },
];
