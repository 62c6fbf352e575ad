import { sgd } from "../../src/optim/sgd.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(sgd, [
  {},
  { weightDecay: 0.1 },
  { weightDecay: 0.1, weightDecayMode: "l2" },
  { weightDecay: 0.01, decayScale: "none" },
  { maximize: true, weightDecay: 0.1, weightDecayMode: "l2" },
  { momentum: 0.9 },
  { momentum: 0.9, nesterov: true },
  { momentum: 0.9, dampening: 0.5, dialect: "torch", weightDecay: 0.1 },
  { momentum: 0.9, dialect: "keras", weightDecay: 0.1 },
  { momentum: 0.9, nesterov: true, dialect: "keras" },
  { momentum: 0.9, nesterov: true, dialect: "optax" },
  { momentum: 0.9, dialect: "seed" },
  { momentum: 0.9, nesterov: true, dialect: "seed" },
  { momentum: 0.9, nesterov: true, dialect: "seed", weightDecay: 0.1 },
  { nesterov: true, dialect: "seed" },
  { momentum: 0.9, maximize: true },
]);
