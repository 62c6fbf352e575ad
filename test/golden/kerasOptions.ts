import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamw } from "../../src/optim/adamw.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { nadam } from "../../src/optim/nadam.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";

/** Keras's names of hyperparameters and ours. */
const NAMES: Readonly<Record<string, string>> = {
  learning_rate: "learningRate",
  beta_1: "beta1",
  beta_2: "beta2",
  epsilon: "epsilon",
  momentum: "momentum",
  nesterov: "nesterov",
  amsgrad: "amsgrad",
  centered: "centered",
  rho: "rho",
  weight_decay: "weightDecay",
  initial_accumulator_value: "initialAccumulatorValue",
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  global_clipnorm: "globalClipNorm",
};

/** Ours by Keras's names. */
export const KERAS_OPTIMIZERS: Readonly<Record<string, (options: object) => Optimizer>> = {
  sgd,
  adam,
  adamw,
  nadam,
  adagrad,
  rmsprop,
};

/** Keras's optimizer with these of its hyperparameters. @throws TypeError for one that is unknown */
export function kerasOptimizer(name: string, hyper: Readonly<Record<string, unknown>>): Optimizer {
  const options = Object.entries(hyper).map(([key, value]) => {
    if (!Object.hasOwn(NAMES, key)) throw new TypeError(`${name}: unknown hyperparameter "${key}"`);
    return [NAMES[key], value];
  });
  return KERAS_OPTIMIZERS[name]!({ dialect: "keras", ...Object.fromEntries(options) });
}
