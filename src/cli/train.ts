import { init } from "../kernels/engine.ts";
import { layerRows } from "../model/summary.ts";
import { counted, duration, share } from "./format.ts";
import type { Given } from "./options.ts";
import { digitsProblem } from "./problems/digits.ts";
import { Progress } from "./progress.ts";
import { networkFor, settingsFor } from "./settings.ts";
import { createTerminal } from "./terminal.ts";
import { countOption } from "./values.ts";

/** Trains, tests, saves and reports. */
export async function train(given: Given): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const { style, say } = terminal;
  const problem = await digitsProblem(0.2);
  const { parts } = problem;
  const settings = settingsFor(problem.settings, given, parts.train.y.size);
  const seed = given.seed === undefined ? 1 : countOption("seed", given.seed, 0);
  await init();
  const model = networkFor(problem, settings, seed);
  say(`${problem.title}: ${problem.contents}`);
  say(problem.split);
  say(layerRows(model).map((r) => `${r.kind} ${r.outputShape.join(" x ")}`).join(" > "));
  const progress = new Progress(terminal);
  const started = performance.now();
  await model.fit(parts.train.x, parts.train.y, {
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    validationData: [parts.validation.x, parts.validation.y],
    seed,
    callbacks: [progress],
  });
  progress.close();
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = await model.evaluate(parts.test.x, parts.test.y);
  say(`${counted(settings.epochs, "epoch")} in ${duration(seconds)}`);
  terminal.result(`${style("strong", `test accuracy ${share(accuracy!)}`)} on ${parts.test.y.size} rows of split 7`);
}
