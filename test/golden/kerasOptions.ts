import { adadelta } from "../../src/optim/adadelta.ts";
import { adafactor } from "../../src/optim/adafactor.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamW } from "../../src/optim/adamW.ts";
import { adamax } from "../../src/optim/adamax.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { ftrl } from "../../src/optim/ftrl.ts";
import { lamb } from "../../src/optim/lamb.ts";
import { lion } from "../../src/optim/lion.ts";
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
  learning_rate_power: "learningRatePower",
  l1_regularization_strength: "l1",
  l2_regularization_strength: "l2",
  l2_shrinkage_regularization_strength: "l2Shrinkage",
  beta: "beta",
  beta_2_decay: "beta2Decay",
  epsilon_1: "epsilon1",
  epsilon_2: "epsilon2",
  clip_threshold: "clipThreshold",
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  global_clipnorm: "globalClipNorm",
};

/** Ours by Keras's names. */
export const KERAS_OPTIMIZERS: Readonly<Record<string, (options: object) => Optimizer>> = {
  sgd,
  adam,
  adamw: adamW,
  nadam,
  adagrad,
  rmsprop,
  adadelta,
  adamax,
  lion,
  lamb,
  ftrl,
  adafactor,
};

/** Keras's optimizer with these of its hyperparameters. @throws TypeError for one that is unknown */
export function kerasOptimizer(name: string, hyper: Readonly<Record<string, unknown>>): Optimizer {
  // Keras's Adafactor takes relative_step and reads it nowhere: its rate is always at most 1 / sqrt(t).
  const read = Object.entries(hyper).filter(([key]) => key !== "relative_step");
  const options = read.map(([key, value]) => {
    if (!Object.hasOwn(NAMES, key)) throw new TypeError(`${name}: unknown hyperparameter "${key}"`);
    return [NAMES[key], value];
  });
  return KERAS_OPTIMIZERS[name]!({ dialect: "keras", ...Object.fromEntries(options) });
}
