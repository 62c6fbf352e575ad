import { adamW } from "../../src/optim/adamW.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adamW, [
  {},
  { dialect: "torch", weightDecay: 0.2 },
  { dialect: "keras" },
  { dialect: "optax" },
  { dialect: "seed" },
  { amsgrad: true },
  { weightDecayMode: "l2" },
  { maximize: true },
]);
