import { join } from "node:path";
import { init } from "../kernels/engine.ts";
import { optimizers } from "../optim/catalogue.gen.ts";
import { OptionError } from "../errors.ts";
import { describeData, labelled } from "./describe.ts";
import { engineOptions } from "./engineOptions.ts";
import { count, duration, figure, share } from "./format.ts";
import { dropEmpty, outFolder } from "./outFolder.ts";
import type { CommandLine } from "./parseCommand.ts";
import { problemFor } from "./problems/problemFor.ts";
import { commandText } from "./program.ts";
import { pilotEpochs, pilotRate } from "./pilot.ts";
import { type Racer, race } from "./race.ts";
import type { ComparisonData, Entrant } from "./report/comparison.ts";
import { settingsFor } from "./settings.ts";
import { columnsOf, createTerminal } from "./terminal.ts";
import { countOption } from "./values.ts";

/** Training seed where --seed does not say. */
const SEED = 1;

/** The optimizers to race: all, or those that --optimizer names. @throws OptionError */
function entries(given: string | undefined): string[] {
  if (given === undefined) return Object.keys(optimizers);
  const names = given.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(optimizers, name));
  if (unknown !== undefined) {
    throw new OptionError(
      `--optimizer: must name optimizers with commas between, got "${unknown}"; known: ${Object.keys(optimizers).join(", ")}`,
    );
  }
  return names;
}

/** Where the rates of a race come from, in words. */
function ratesText(rate: ComparisonData["rate"], epochs: number): string {
  if (rate === "default") return "each with its own default rate";
  if (rate === "searched")
    return `each with the best of a few rates around its default (${pilotEpochs(epochs)} epochs each)`;
  return `rate ${rate}`;
}

/** Races optimizers on one problem from equal weights and orders, and writes a page of their curves. @throws OptionError */
export async function compare({ options: given }: CommandLine): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const { style, say } = terminal;
  const seed = given.seed === undefined ? SEED : countOption("seed", given.seed, 0);
  const names = entries(given.optimizer);
  const problem = await problemFor(given);
  const { optimizer: _, "learning-rate": asked, ...rest } = given;
  const others =
    asked === undefined || asked === "default" ? rest : { ...rest, "learning-rate": asked };
  const settings = settingsFor(problem.settings, others, problem.parts.train.y.size);
  const engine = await init(engineOptions(given));
  const folder = outFolder(`${problem.name}-compare`, given.out);
  describeData(terminal, problem);
  const rate: ComparisonData["rate"] =
    asked === undefined ? "searched" : asked === "default" ? "default" : settings.learningRate!;
  labelled(
    terminal,
    "Race",
    `${names.length} optimizers, ${ratesText(rate, settings.epochs)}, ` +
      `${settings.epochs} epochs, batches of ${settings.batchSize}, seed ${seed}: equal first weights and orders`,
  );
  say();
  const started = performance.now();
  const racers: Entrant[] = [];
  try {
    for (const name of names) {
      const own = {
        ...settings,
        optimizer: name,
        learningRate: typeof rate === "number" ? rate : null,
      };
      const pilot = rate === "searched" ? await pilotRate(problem, own, seed) : null;
      const racer = await race(problem, pilot ? { ...own, learningRate: pilot.rate } : own, seed);
      racers.push({ ...racer, pilot });
      say(
        columnsOf([
          [
            `  ${name.padEnd(16)}`,
            racer.failed ? style("bad", "diverged") : `validation loss ${figure(racer.best)}`,
            style("faint", `${duration(racer.seconds)}`),
          ],
        ])[0],
      );
    }
  } catch (error) {
    dropEmpty(folder);
    throw error;
  }
  racers.sort((a, b) => a.rank - b.rank);
  const score = (racer: Racer): string =>
    racer.failed
      ? "-"
      : racer.measure === "test accuracy"
        ? share(racer.score)
        : figure(racer.score);
  const [first] = racers;
  say();
  terminal.result(
    `${style("good", style("strong", first!.name))} has the lowest validation loss, ${figure(first!.best)}  ` +
      style("faint", `${first!.measure} ${score(first!)}`),
  );
  const head = ["", "optimizer", "rate", "of default", "lowest", "epoch", first!.measure].map((t) =>
    style("faint", t),
  );
  const rows = racers.map((r, i) => [
    `  ${i + 1}`,
    r.name,
    String(Number(figure(r.learningRate))),
    r.pilot ? `x ${r.pilot.factor}` : "-",
    r.failed ? "diverged" : figure(r.best),
    r.failed ? "-" : String(r.bestEpoch),
    score(r),
  ]);
  for (const line of columnsOf([head, ...rows], [2, 3, 4, 5, 6])) say(line);
  say();
  const path = join(folder, "compare.html");
  const { writeComparison } = await import("./report/comparison.ts");
  const args = process.argv.slice(2);
  const seconds = (performance.now() - started) / 1000;
  await writeComparison(path, {
    problem,
    settings,
    racers,
    seed,
    rate,
    engine,
    seconds,
    command: commandText(args),
  });
  labelled(terminal, "Report", `${path} ${style("faint", "(open it in a browser)")}`);
  labelled(terminal, "Time", `${duration(seconds)} for ${count(racers.length)} trainings`);
}
