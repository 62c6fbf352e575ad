import { share } from "../format.ts";
import { type Html, html } from "./html.ts";

/** With more classes than this a matrix is no longer read: the most frequent confusions are listed. */
const MOST_CLASSES = 24;
const LISTED = 20;

/** How often each class is taken for each: counts[truth][predicted]. */
export function confusionCounts(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) counts[truth[i]!]![predicted[i]!]!++;
  return counts;
}

function cell(n: number, right: boolean, rowTotal: number, mostWrong: number): Html {
  if (n === 0) return html`<td class="none">·</td>`;
  const strength = right ? n / rowTotal : n / mostWrong;
  return html`<td class="${right ? "right" : "wrong"}" style="--share:${strength.toFixed(3)}">
    ${n}
  </td>`;
}

function matrix(counts: readonly (readonly number[])[], names: readonly string[]): Html {
  const sum = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0);
  const mostWrong = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  return html`<div class="scroll">
    <table class="matrix">
      <thead>
        <tr>
          <td class="rate"></td>
          <th class="axis" colspan="${names.length}">predicted</th>
        </tr>
        <tr>
          <th class="axis">true</th>
          ${names.map((name) => html`<th>${name}</th>`)}
          <th class="rate">found</th>
        </tr>
      </thead>
      <tbody>
        ${counts.map(
          (row, i) =>
            html`<tr>
              <th>${names[i]!}</th>
              ${row.map((n, j) => cell(n, i === j, sum(row), mostWrong))}
              <td class="rate">${sum(row) === 0 ? "-" : share(row[i]! / sum(row))}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function list(counts: readonly (readonly number[])[], names: readonly string[]): Html {
  const pairs = counts
    .flatMap((row, i) => row.map((n, j) => ({ i, j, n })))
    .filter(({ i, j, n }) => i !== j && n > 0);
  const most = pairs.sort((a, b) => b.n - a.n).slice(0, LISTED);
  return html`<div class="scroll">
    <table class="list">
      <thead>
        <tr>
          <th>true</th>
          <th>predicted</th>
          <th class="n">rows</th>
        </tr>
      </thead>
      <tbody>
        ${most.map(
          ({ i, j, n }) =>
            html`<tr>
              <td>${names[i]!}</td>
              <td>${names[j]!}</td>
              <td class="n">${n}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The confusion matrix as a coloured table with counts. */
export function confusionTable(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  names: readonly string[],
): Html {
  const counts = confusionCounts(truth, predicted, names.length);
  return names.length <= MOST_CLASSES ? matrix(counts, names) : list(counts, names);
}
