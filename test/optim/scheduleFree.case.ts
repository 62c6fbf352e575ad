import { scheduleFree } from "../../src/optim/scheduleFree.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(scheduleFree, [
  {},
  { warmupSteps: 10, r: 1 },
  { beta1: 0 },
  { weightDecay: 0.1, weightDecayMode: "l2", learningRate: 0.01 },
  { maximize: true },
]);
