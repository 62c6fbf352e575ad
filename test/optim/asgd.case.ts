import { asgd } from "../../src/optim/asgd.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(asgd, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { lambd: 0.1, alpha: 0.5, t0: 3 },
  { maximize: true },
]);
