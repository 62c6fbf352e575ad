// What a user's first program does: start, make a model, take one step.
import { PROBLEMS, dataOf, modelIn } from "./problems.mjs";
import * as thalweg from "../dist/index.js";

const problem = { ...PROBLEMS.mlp, batches: 1 };
const { rows, x, y } = dataOf(problem);
const model = modelIn(thalweg, problem);
await model.fit(thalweg.tensor(x, [rows, problem.inputs]), thalweg.tensor(y, [rows]), {
  batchSize: rows,
});
// Processor time since the process began, for a machine that is busy.
const { user, system } = process.cpuUsage();
console.log((user + system) / 1000);
process.exit(0);
