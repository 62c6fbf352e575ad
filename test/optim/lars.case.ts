import { lars } from "../../src/optim/lars.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(lars, [
  { learningRate: 1 },
  { learningRate: 1, weightDecay: 0.1 },
  { learningRate: 1, nesterov: true, momentum: 0.8 },
  { learningRate: 1, epsilon: 0.1, maximize: true },
]);
