import { muon } from "../../src/optim/muon.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(muon, [
  {},
  { adamLearningRateScale: 0.5, beta1: 0.5 },
  { maximize: true },
]);
