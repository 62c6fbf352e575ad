import { radam } from "../../src/optim/radam.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(radam, [
  {},
  { dialect: "torch", weightDecay: 0.1 },
  { dialect: "keras" },
  { beta2: 0.9 },
  { maximize: true, weightDecay: 0.1 },
]);
