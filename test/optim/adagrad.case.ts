import { adagrad } from "../../src/optim/adagrad.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adagrad, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras" },
  { dialect: "optax" },
  { dialect: "seed" },
  { dialect: "optax", initialAccumulatorValue: 0, epsilon: 0 },
  { learningRateDecay: 0.05, initialAccumulatorValue: 0.3 },
  { weightDecay: 0.1, decayScale: "none" },
  { maximize: true },
]);
