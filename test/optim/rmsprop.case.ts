import { rmsprop } from "../../src/optim/rmsprop.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(rmsprop, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras", momentum: 0.9 },
  { dialect: "optax", biasCorrection: true },
  { dialect: "seed" },
  { dialect: "seed", epsilonMode: "inside" },
  { centered: true },
  { centered: true, epsilonMode: "outside", momentum: 0.9 },
  { centered: true, biasCorrection: true, epsilon: 1e-3 },
  { momentum: 0.9, weightDecay: 0.1 },
  { rho: 0 },
  { maximize: true, dialect: "torch", centered: true },
]);
