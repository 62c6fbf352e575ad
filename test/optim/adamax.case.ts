import { adamax } from "../../src/optim/adamax.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adamax, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras" },
  { weightDecay: 0.1 },
  { beta1: 0 },
  { maximize: true },
]);
