import { nadam } from "../../src/optim/nadam.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(nadam, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras" },
  { dialect: "optax" },
  { dialect: "seed" },
  { momentumDecay: 0.01, weightDecay: 0.1 },
  { momentumDecay: 0 },
  { dialect: "torch", mCorrection: "torch-1.13" },
  { beta1: 0 },
  { maximize: true },
]);
