import { adadelta } from "../../src/optim/adadelta.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adadelta, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras" },
  { weightDecay: 0.1 },
  { rho: 0 },
  { maximize: true },
]);
