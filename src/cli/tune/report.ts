import { DataError } from "../../errors.ts";
import type { AnyStudy, Study } from "../../tune/study.ts";
import { type Surrogate, importance, surrogateOf } from "../../tune/surrogate.ts";
import type { TrialRecord } from "../../tune/trialRecord.ts";
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
import { frontChart, volumeChart } from "./frontCharts.ts";

/** A study, as a section of the report. */
export interface StudyReport {
  readonly study: AnyStudy;
  /** What a trial's value is, "RMSE of 5 folds"; of several objectives each of them. */
  readonly measures: readonly string[];
  /** What chose the trials; null where that is not known: of a study in a journal. */
  readonly sampler: string | null;
}

/** A sentence of the report with what it stands for. */
export interface TuneReport {
  readonly title: string;
  /** Studies in their order: a wide one, then the narrowed one. */
  readonly studies: readonly StudyReport[];
  /** Lines above the figures: the outcome on the test rows. */
  readonly lines: readonly string[];
  readonly command: string;
}

/** Best trials that are listed, and trials of a front. */
const [LISTED, LISTED_FRONT] = [10, 40];
/** Parameters that each of several objectives is shown over: those that count most. */
const SLICES = 3;

function chart(title: string, svg: Content): Html {
  return html`<figure>
    <h3>${title}</h3>
    ${svg}
  </figure> `;
}

function isSingle(study: AnyStudy): study is Study {
  return study.directions.length === 1;
}

function surrogateFor(study: AnyStudy, objective: number): Surrogate | null {
  try {
    return surrogateOf(study, { objective });
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

function charts(study: Study, measure: string): Html[] {
  const found = [chart("History", historyChart(study, measure))];
  const intermediate = intermediateChart(study, measure);
  if (intermediate) found.push(chart("Reports on the way", intermediate));
  const surrogate = surrogateFor(study, 0);
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

/** The charts of a study of several objectives: its front, then each objective for itself. */
function severalCharts(study: AnyStudy, measures: readonly string[]): Html[] {
  const found: Html[] = [];
  measures.forEach((a, i) =>
    measures.forEach((b, k) => {
      if (i >= k) return;
      found.push(chart(`${b} against ${a}: the front`, frontChart(study, measures, [i, k])));
    }),
  );
  found.push(chart("How the front grew", volumeChart(study)));
  measures.forEach((measure, objective) => {
    const surrogate = surrogateFor(study, objective);
    if (!surrogate) return;
    if (objective === 0)
      found.push(chart("Parameters of each trial", parallelChart(study, surrogate)));
    const shares = importance(study, { objective });
    found.push(chart(`Importance for ${measure}`, importanceChart(shares)));
    const names = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
    for (const name of names.slice(0, SLICES)) {
      const svg = sliceChart(study.ranking, name, surrogate.space[name]!, measure, objective);
      found.push(chart(`${measure} over ${name}`, svg));
    }
  });
  return found;
}

/** Trials with their values and parameters, and below them how many more there are. */
function trialTable(
  title: string,
  trials: readonly TrialRecord[],
  most: number,
  measures: readonly string[],
): Html {
  const best = trials.slice(0, most);
  const names = [...new Set(best.flatMap((t) => Object.keys(t.params)))];
  const text = (x: unknown): string =>
    typeof x === "number" ? String(Number(x.toPrecision(4))) : String(x ?? "-");
  return html`<h3>${title}</h3>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th class="n">trial</th>
            ${measures.map((measure) => html`<th class="n">${measure}</th>`)}
            ${names.map((name) => html`<th class="n">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${best.map(
            (t) =>
              html`<tr>
                <td class="n">${t.number}</td>
                ${t.values!.map((value) => html`<td class="n">${figure(value)}</td>`)}
                ${names.map((name) => html`<td class="n">${text(t.params[name])}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

/** The best trials; of several objectives the front, along its first one. */
function bestTrials(study: AnyStudy, measures: readonly string[]): Html {
  if (study.directions.length === 1)
    return trialTable("Best trials", study.ranking, LISTED, measures);
  const front = [...study.paretoFront].sort((a, b) => a.values![0]! - b.values![0]!);
  const more = front.length > LISTED_FRONT ? `, the first ${LISTED_FRONT} of ${front.length}` : "";
  return trialTable(`Trials of the front${more}`, front, LISTED_FRONT, measures);
}

function studySection({ study, measures, sampler }: StudyReport): Html {
  const count = (state: string): number => study.trials.filter((t) => t.state === state).length;
  if (study.ranking.length === 0) {
    return html`<h2>${study.name}</h2>
      <p>No trial is complete.</p>`;
  }
  return html`<h2>${study.name}</h2>
    <p class="soft">
      ${counted(study.trials.length, "trial")}${sampler === null ? "" : `, ${sampler}`}:
      ${count("complete")} complete, ${count("pruned")} stopped early, ${count("fail")} failed.
    </p>
    <div class="pair">
      ${isSingle(study) ? charts(study, measures[0]!) : severalCharts(study, measures)}
    </div>
    ${bestTrials(study, measures)}`;
}

/** A study's report as one page that refers to nothing outside of itself. */
export function tuneReportHtml(report: TuneReport): string {
  const { title, studies, lines, command } = report;
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
        ${studies.map((study) => html`<section>${studySection(study)}</section> `)}
        <section>
          <h2>To repeat it</h2>
          <pre>${command}</pre>
        </section>
      </body>
    </html> `.text;
}
