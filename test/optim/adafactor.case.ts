import { adafactor } from "../../src/optim/adafactor.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(adafactor, [
  {},
  { dialect: "keras" },
  { relativeStep: false, clipThreshold: 0.5 },
  { weightDecay: 0.1 },
  { maximize: true },
]);
