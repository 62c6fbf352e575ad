import type { Engine } from "../../kernels/engine.ts";
import { writeFile } from "../../runtime/files.ts";
import { runtimeName } from "../../runtime/platform.ts";
import { count, counted, duration, figure, share } from "../format.ts";
import type { Problem, Settings } from "../problems/problem.ts";
import { packageVersion } from "../program.ts";
import { type PilotRate, pilotEpochs } from "../pilot.ts";
import type { Racer } from "../race.ts";
import { manyCurves, smallCurve } from "./charts.ts";
import { type Html, html, raw } from "./html.ts";
import { STYLE } from "./style.ts";

/** An optimizer's run, and how its rate was found; null where it was not searched. */
export interface Entrant extends Racer {
  readonly pilot: PilotRate | null;
}

/** All that a comparison tells of. */
export interface ComparisonData {
  readonly problem: Problem;
  readonly settings: Settings;
  /** The best first. */
  readonly racers: readonly Entrant[];
  readonly seed: number;
  /** The rate of all; or each has its own default, or the best of a few around it. */
  readonly rate: number | "default" | "searched";
  readonly engine: Engine;
  readonly seconds: number;
  readonly command: string;
}

/** Optimizers that have a colour; the others are drawn behind them. */
const SHOWN = 5;
const COLORS = ["--train", "--validate", "--right", "--fourth", "--fifth"].map((c) => `var(${c})`);

const OWN_STYLE = `
:root { --fourth: #8a5fb0; --fifth: #b58a1e; }
@media (prefers-color-scheme: dark) { :root { --fourth: #b794dc; --fifth: #dcb95a; } }
.wide svg { max-width: 58rem; } .legend { margin-top: .5rem; }
.small-multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9rem), 1fr)); gap: 1.25rem 1.5rem; }
.small-multiples h3 { display: flex; justify-content: space-between; gap: .5rem; } .small-multiples h3 span { color: var(--soft); font-weight: 400; }
`.trim();

function scoreText({ failed, measure, score }: Racer): string {
  if (failed) return "-";
  return measure === "test accuracy" ? share(score) : figure(score);
}

function ratesText(rate: ComparisonData["rate"], epochs: number): string {
  if (rate === "default")
    return "each optimizer has its own default learning rate, which another problem may not suit";
  if (rate === "searched")
    return `each optimizer has the best of a few learning rates around its default, by the validation loss of ${counted(pilotEpochs(epochs), "epoch")}`;
  return `learning rate ${rate} for all`;
}

function head({ problem, racers, seed, rate, settings, seconds }: ComparisonData): Html {
  const [first] = racers;
  return html`<header>
      <div>
        <h1>${counted(racers.length, "optimizer")} on ${problem.title}</h1>
        <p class="soft">${problem.contents}</p>
      </div>
      <div class="score">
        <b>${first!.name}</b
        ><span class="soft">lowest validation loss, ${figure(first!.best)}</span>
      </div>
    </header>
    <p class="soft small">
      Equal first weights, order of rows and epochs for all (seed ${seed},
      ${counted(settings.epochs, "epoch")}, batches of ${settings.batchSize});
      ${ratesText(rate, settings.epochs)}. One seed: neighbours in the table may change places under
      another. ${duration(seconds)} in all.
    </p>`;
}

function table({ racers }: ComparisonData): Html {
  const measure = racers[0]!.measure;
  return html`<h2>Result</h2>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th>optimizer</th>
            <th class="n">learning rate</th>
            <th class="n">of its default</th>
            <th class="n">lowest validation loss</th>
            <th class="n">in epoch</th>
            <th class="n">last validation loss</th>
            <th class="n">${measure}</th>
            <th class="n">time</th>
          </tr>
        </thead>
        <tbody>
          ${racers.map(
            (r) =>
              html`<tr>
                <td>${r.name}</td>
                <td class="n">${Number(figure(r.learningRate))}</td>
                <td class="n">${r.pilot ? `× ${r.pilot.factor}` : "-"}</td>
                <td class="n">${r.failed ? "diverged" : figure(r.best)}</td>
                <td class="n">${r.failed ? "-" : count(r.bestEpoch)}</td>
                <td class="n">${r.failed ? "-" : figure(r.history.last("val_loss"))}</td>
                <td class="n">${scoreText(r)}</td>
                <td class="n">${duration(r.seconds)}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    <p class="soft small">
      The test rows are read once, after the last epoch; the order is that of the validation loss.
      ${racers.some((r) => r.name === "ftrl") ? "Ftrl is made for sparse linear models that begin at 0: each weight follows from the sums of its gradients alone, so a network's first weights are forgotten after one step, and the rate sets the size of what comes in their place. At its default of 0.001 they stay near 0, and so does what is learnt." : ""}
    </p>`;
}

function curves({ racers }: ComparisonData): Html {
  const shown = racers.filter((r) => !r.failed).slice(0, SHOWN);
  const of = (name: string): Html =>
    manyCurves(
      racers
        .filter((r) => r.history.epoch.length > 0)
        .map((r) => ({
          history: r.history,
          color: COLORS[shown.indexOf(r)] ?? null,
        })),
      name,
      `${name === "loss" ? "Training" : "Validation"} loss of all optimizers`,
    );
  return html`<h2>Learning</h2>
    <div class="pair">
      <figure>
        <h3>Validation loss</h3>
        ${of("val_loss")}
      </figure>
      <figure>
        <h3>Training loss</h3>
        ${of("loss")}
      </figure>
    </div>
    <div class="legend">
      ${shown.map((r, i) => html`<span class="key" style="--key:${COLORS[i]!}">${r.name}</span>`)}
      ${racers.length > shown.length ? html`<span class="key" style="--key:var(--bar)">the others</span>` : ""}
    </div>
    <h2>Each by itself</h2>
    <p class="soft small">Validation loss over epochs, on one scale; all others behind it.</p>
    <div class="small-multiples">
      ${racers.map(
        (r) =>
          html`<figure>
            <h3>${r.name}<span>${r.failed ? "diverged" : figure(r.best)}</span></h3>
            ${smallCurve(
              racers.map((one) => one.history),
              r.history,
              "val_loss",
              `Validation loss of ${r.name}`,
            )}
          </figure> `,
      )}
    </div>`;
}

/** The comparison as one page that refers to nothing outside of itself. */
export function comparisonHtml(data: ComparisonData): string {
  const { problem, engine, command } = data;
  const sections = [
    head(data),
    curves(data),
    table(data),
    html`<h2>To repeat it</h2>
      <pre>${command}</pre>
      <p class="soft small">
        thalweg ${packageVersion()}, ${runtimeName()}, variant ${engine.variant},
        ${counted(engine.threads, "thread")}
      </p>`,
  ];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${problem.title}: optimizers compared</title>
        <style>
          ${raw(STYLE)}
          ${raw(OWN_STYLE)}
        </style>
      </head>
      <body>
        ${sections.map((section) => html`<section>${section}</section> `)}
      </body>
    </html> `.text;
}

/** Writes the comparison. */
export async function writeComparison(path: string, data: ComparisonData): Promise<void> {
  await writeFile(path, new TextEncoder().encode(comparisonHtml(data)));
}
