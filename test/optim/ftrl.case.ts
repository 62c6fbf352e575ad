import { ftrl } from "../../src/optim/ftrl.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(ftrl, [
  { learningRate: 0.1 },
  { learningRate: 0.05, learningRatePower: -0.2, l1: 0.05, l2: 0.15, l2Shrinkage: 0.01, beta: 0.3 },
  { learningRate: 0.1, l1: 1 },
  { learningRate: 0.1, maximize: true },
]);
