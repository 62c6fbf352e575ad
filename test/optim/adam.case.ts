import { adam } from "../../src/optim/adam.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adam, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras", weightDecay: 0.1 },
  { dialect: "optax", epsilonRoot: 1e-6 },
  { dialect: "seed" },
  { amsgrad: true },
  { amsgrad: true, dialect: "keras" },
  { amsgrad: true, dialect: "optax" },
  { biasCorrection: false, epsilonRoot: 1e-6 },
  { beta1: 0 },
  { beta1: 0, beta2: 0 },
  { maximize: true },
]);
