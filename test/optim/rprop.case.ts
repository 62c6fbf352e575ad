import { rprop } from "../../src/optim/rprop.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(rprop, [
  {},
  { etaMinus: 0.3, etaPlus: 1.5, maximumStep: 0.05 },
  { weightDecay: 0.1 },
  { maximize: true },
]);
