import { DataError } from "../../errors.ts";
import type { Study } from "../../tune/study.ts";
import { type Surrogate, importance, surrogateOf } from "../../tune/surrogate.ts";
import { counted, figure } from "../format.ts";
import { type Content, type Html, html, raw } from "../report/html.ts";
import { STYLE } from "../report/style.ts";
import {
  contourChart,
  historyChart,
  importanceChart,
  intermediateChart,
  parallelChart,
  sliceChart,
} from "./charts.ts";

/** A sentence of the report with what it stands for. */
export interface TuneReport {
  readonly title: string;
  /** Studies in their order: a wide one, then the narrowed one. */
  readonly studies: readonly Study[];
  /** What a trial's value is: "RMSE of 5 folds". */
  readonly measure: string;
  /** Lines above the figures: the outcome on the test rows. */
  readonly lines: readonly string[];
  readonly command: string;
}

/** Best trials that are listed. */
const LISTED = 10;

function chart(title: string, svg: Content): Html {
  return html`<figure>
    <h3>${title}</h3>
    ${svg}
  </figure> `;
}

function surrogateFor(study: Study): Surrogate | null {
  try {
    return surrogateOf(study);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

function charts(study: Study, measure: string): Html[] {
  const found = [chart("History", historyChart(study, measure))];
  const intermediate = intermediateChart(study, measure);
  if (intermediate) found.push(chart("Reports on the way", intermediate));
  const surrogate = surrogateFor(study);
  if (!surrogate) return found;
  const shares = importance(study);
  const names = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
  found.push(chart("Importance", importanceChart(shares)));
  found.push(chart("Parameters of each trial", parallelChart(study, surrogate)));
  for (const name of names) {
    const svg = sliceChart(study.ranking, name, surrogate.space[name]!, measure);
    found.push(chart(`${measure} over ${name}`, svg));
  }
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const [a, b] = [names[i], names[j]];
    if (a === undefined || b === undefined) continue;
    found.push(chart(`Expected over ${a} and ${b}`, contourChart(study, surrogate, a, b)));
  }
  return found;
}

function bestTrials(study: Study, measure: string): Html {
  const best = study.ranking.slice(0, LISTED);
  const names = [...new Set(best.flatMap((t) => Object.keys(t.params)))];
  const text = (x: unknown): string =>
    typeof x === "number" ? String(Number(x.toPrecision(4))) : String(x ?? "-");
  return html`<h3>Best trials</h3>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th class="n">trial</th>
            <th class="n">${measure}</th>
            ${names.map((name) => html`<th class="n">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${best.map(
            (t) =>
              html`<tr>
                <td class="n">${t.number}</td>
                <td class="n">${figure(t.value!)}</td>
                ${names.map((name) => html`<td class="n">${text(t.params[name])}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function studySection(study: Study, measure: string): Html {
  const count = (state: string): number => study.trials.filter((t) => t.state === state).length;
  if (study.ranking.length === 0) {
    return html`<h2>${study.name}</h2>
      <p>No trial is complete.</p>`;
  }
  return html`<h2>${study.name}</h2>
    <p class="soft">
      ${counted(study.trials.length, "trial")}, ${study.sampler.name}: ${count("complete")}
      complete, ${count("pruned")} stopped early, ${count("fail")} failed.
    </p>
    <div class="pair">${charts(study, measure)}</div>
    ${bestTrials(study, measure)}`;
}

/** A study's report as one page that refers to nothing outside of itself. */
export function tuneReportHtml({ title, studies, measure, lines, command }: TuneReport): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <section>
          <h1>${title}</h1>
          ${lines.map((line) => html`<p>${line}</p> `)}
        </section>
        ${studies.map((study) => html`<section>${studySection(study, measure)}</section> `)}
        <section>
          <h2>To repeat it</h2>
          <pre>${command}</pre>
        </section>
      </body>
    </html> `.text;
}
