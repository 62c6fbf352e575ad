import { writeFile } from "../../runtime/files.ts";
import { count, figure } from "../format.ts";
import { CURVE_KEY, curveChart, scatterChart } from "./charts.ts";
import { confusionTable } from "./confusion.ts";
import type { ReportData } from "./data.ts";
import { type Html, html, raw } from "./html.ts";
import { mistakeGallery, mistakes } from "./images.ts";
import { dataSection, headSection, networkSection, reproduceSection } from "./sections.ts";
import { STYLE } from "./style.ts";

function curveFigures({ history }: ReportData): Html[] {
  if (history.epoch.length === 0) return [];
  const charts = [
    ["loss", "Loss"],
    ...("accuracy" in history.history ? [["accuracy", "Accuracy"]] : []),
  ] as const;
  return charts.map(
    ([name, title]) =>
      html`<figure>
        <h3>${title!}</h3>
        ${curveChart(history, name!, `${title} over epochs`)}${CURVE_KEY}
      </figure> `,
  );
}

/** Mistakes that find room beside the matrix; more stand below it. */
const BESIDE = 12;

function classification(data: ReportData): Html {
  const { problem, outcome } = data;
  const wrong = mistakes(outcome).length;
  const matrix = html`<div>
    <h2>Confusion matrix</h2>
    ${confusionTable(outcome.truth, outcome.predicted, problem.classNames!)}
  </div>`;
  const gallery =
    problem.image === null || wrong === 0
      ? html``
      : html`<div>
          <h2>Wrongly read</h2>
          <p class="soft small">
            ${count(wrong)} of ${count(outcome.truth.length)}, the surest mistakes first
          </p>
          ${mistakeGallery(problem, outcome)}
        </div>`;
  return html`<h2>Learning</h2>
    <div class="pair">${curveFigures(data)}</div>
    <div class="${wrong <= BESIDE ? "beside" : ""}">${matrix}${gallery}</div>`;
}

/** Rows that are listed as the largest errors. */
const LARGEST = 6;

function regression(data: ReportData): Html {
  const { problem, outcome } = data;
  const { truth, predicted } = outcome;
  const error = (i: number): number => predicted[i]! - truth[i]!;
  const worst = Array.from({ length: truth.length }, (_, i) => i).sort(
    (a, b) => Math.abs(error(b)) - Math.abs(error(a)),
  );
  return html`<h2>Learning</h2>
    <div class="pair">
      ${curveFigures(data)}
      <figure>
        <h3>Predicted and true ${problem.target.name}</h3>
        ${scatterChart(truth, predicted, problem.target.name)}
      </figure>
    </div>
    <h2>Largest errors</h2>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th>row</th>
            <th class="n">true</th>
            <th class="n">predicted</th>
            <th class="n">error</th>
          </tr>
        </thead>
        <tbody>
          ${worst.slice(0, LARGEST).map(
            (i) =>
              html`<tr>
                <td>${count((problem.testRows?.[i] ?? i) + 1)}</td>
                <td class="n">${figure(truth[i]!)}</td>
                <td class="n">${figure(predicted[i]!)}</td>
                <td class="n">${error(i) > 0 ? "+" : ""}${figure(error(i))}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

/** The report as one page that refers to nothing outside of itself. */
export function reportHtml(data: ReportData): string {
  const { problem, outcome } = data;
  const body = [
    headSection(data),
    outcome.r2 === null ? classification(data) : regression(data),
    networkSection(data),
    dataSection(data),
    reproduceSection(data),
  ];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${problem.title}: ${outcome.measure} ${figure(outcome.score)}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body.map((section) => html`<section>${section}</section> `)}
      </body>
    </html> `;
  return page.text;
}

/** Writes the report. */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  await writeFile(path, new TextEncoder().encode(reportHtml(data)));
}
