import { lamb } from "../../src/optim/lamb.ts";
import { type OptimizerCase, optimizerCase } from "./optimizerCase.ts";

export const cases: OptimizerCase = optimizerCase(lamb, [
  {},
  { dialect: "keras", weightDecay: 0.1 },
  { weightDecay: 0.1 },
  { weightDecay: 0.1, weightDecayMode: "l2" },
  { maximize: true },
]);
