import { lion } from "../../src/optim/lion.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(lion, [
  {},
  { dialect: "keras" },
  { dialect: "optax" },
  { weightDecay: 0.1, learningRate: 0.01 },
  { maximize: true },
]);
