import * as Plot from "@observablehq/plot";
import type { CategoricalDistribution, Distribution } from "../../tune/space/distribution.ts";
import { cardinality, fromUnit, toUnit, toValue } from "../../tune/space/internal.ts";
import type { AnyStudy, Study } from "../../tune/study.ts";
import type { Surrogate } from "../../tune/surrogate.ts";
import type { TrialRecord } from "../../tune/trialRecord.ts";
import { logarithmicTicks, svgOf } from "../report/charts.ts";
import type { Html } from "../report/html.ts";

export const grid = { stroke: "var(--line)", strokeOpacity: 1 };
/** Good is dark, bad is pale: readable in light and in dark pages. */
const COLORS = { range: ["#1f6f8b", "#e3ddc9"], type: "linear" } as const;

/** A value for people. */
export const short = (d: number): string => String(Number(d.toPrecision(3)));

/** Values between the best and the third quartile: a few that went wrong would hide all others. */
export function shownRange(given: readonly number[]): [number, number] {
  const values = [...given].sort((a, b) => a - b);
  const at = (q: number): number => values[Math.round(q * (values.length - 1))]!;
  const room = 1.5 * (at(0.75) - at(0.25));
  const low = Math.max(values[0]!, at(0.25) - room);
  const high = Math.min(values.at(-1)!, at(0.75) + room);
  return low < high ? [low, high] : [low - 1e-12, high + 1e-12];
}

/** Value of each trial, and the best so far. */
export function historyChart(study: Study, measure: string): Html {
  const done = study.trials.filter((t) => t.state === "complete");
  const points = done.map(({ number, value }) => ({ number, value: value! }));
  const sign = study.direction === "minimize" ? 1 : -1;
  let best = Infinity;
  const steps = points.map(({ number, value }) => {
    best = Math.min(best, sign * value);
    return { number, value: sign * best };
  });
  return svgOf(
    {
      x: { label: "trial →", tickFormat: (d: number) => (Number.isInteger(d) ? String(d) : "") },
      y: {
        label: `↑ ${measure}`,
        domain: shownRange(points.map((p) => p.value)),
        clamp: true,
        tickFormat: short,
      },
      marks: [
        Plot.gridY(grid),
        Plot.dot(points, { x: "number", y: "value", fill: "var(--soft)", r: 2.6 }),
        Plot.line(steps, {
          x: "number",
          y: "value",
          stroke: "var(--train)",
          strokeWidth: 2,
          curve: "step-after",
        }),
      ],
    },
    "value of each trial",
  );
}

/** The indices of choices as they are drawn: numbers rise, whatever order they were given in. */
function orderOf({ choices }: CategoricalDistribution): number[] {
  const order = choices.map((_, i) => i);
  if (!choices.every((c) => typeof c === "number")) return order;
  return order.sort((a, b) => (choices[a] as number) - (choices[b] as number));
}

/** Where an internal value lies on a parameter's axis, in [0, 1]: choices from the first to the last. */
function placeOf(d: Distribution, internal: number): number {
  if (d.kind !== "categorical") return toUnit(d, internal);
  return orderOf(d).indexOf(internal) / Math.max(1, d.choices.length - 1);
}

/** The scale of a parameter's axis. */
function axisOf(name: string, d: Distribution): Plot.ScaleOptions {
  if (d.kind === "categorical") {
    return {
      type: "point",
      domain: orderOf(d).map((i) => String(d.choices[i])),
      label: `${name} →`,
    };
  }
  const base = { domain: [d.low, d.high], label: `${name} →`, tickFormat: short };
  if (d.log && d.high > d.low) {
    return { ...base, type: "log", ticks: logarithmicTicks(d.low, d.high) };
  }
  // No ticks between whole numbers.
  return { ...base, type: "linear", ticks: d.kind === "int" ? Math.min(5, d.high - d.low) : 5 };
}

/** The values of one objective, by number from 0, over one parameter. */
export function sliceChart(
  trials: readonly TrialRecord[],
  name: string,
  d: Distribution,
  measure: string,
  objective: number = 0,
): Html {
  const points = trials
    .filter((t) => name in t.params)
    .map((t) => ({
      x: d.kind === "categorical" ? String(t.params[name]) : t.internal[name]!,
      value: t.values![objective]!,
      number: t.number,
    }));
  return svgOf(
    {
      x: axisOf(name, d),
      y: {
        label: `↑ ${measure}`,
        domain: shownRange(points.map((p) => p.value)),
        clamp: true,
        tickFormat: short,
      },
      color: { range: ["#cfd6d4", "#1f6f8b"], type: "linear" },
      marks: [Plot.gridY(grid), Plot.dot(points, { x: "x", y: "value", fill: "number", r: 3 })],
    },
    `${measure} over ${name}`,
  );
}

/**
 * One line a trial through all of its parameters, each on its own scale; the best are dark and on top. Of several objectives, those
 * of the front are dark.
 */
export function parallelChart(study: AnyStudy, { space }: Surrogate): Html {
  const several = study.directions.length > 1;
  const front = new Set(several ? study.paretoFront : []);
  const valueOf = (t: TrialRecord): number => t.value ?? (front.has(t) ? 0 : 1);
  const names = Object.keys(space);
  const worstFirst = [...study.ranking].reverse();
  const rows = worstFirst
    .filter((t) => names.every((name) => name in t.internal))
    .flatMap((t) =>
      names.map((name) => {
        const x = placeOf(space[name]!, t.internal[name]!);
        return { number: t.number, name, x, value: valueOf(t) };
      }),
    );
  const labels = names.flatMap((name) => {
    const d = space[name]!;
    if (d.kind === "categorical") {
      return d.choices.map((c, i) => ({ name, x: placeOf(d, i), text: String(c) }));
    }
    return [0, 1].map((u) => ({ name, x: u, text: short(u === 0 ? d.low : d.high) }));
  });
  const reversed = !several && study.directions[0] === "maximize";
  return svgOf(
    {
      height: 60 + 44 * names.length,
      marginLeft: 80,
      marginRight: 34,
      marginBottom: 30,
      x: { axis: null, domain: [-0.06, 1.06] },
      y: { type: "point", domain: names, label: null },
      color: {
        ...COLORS,
        domain: shownRange(study.ranking.map(valueOf)),
        clamp: true,
        reverse: reversed,
      },
      marks: [
        Plot.ruleY(names, { stroke: "var(--line)" }),
        Plot.line(rows, {
          x: "x",
          y: "name",
          z: "number",
          stroke: "value",
          strokeWidth: 1.6,
          strokeOpacity: 0.75,
        }),
        Plot.text(labels, {
          x: "x",
          y: "name",
          text: "text",
          dy: 12,
          fontSize: 11,
          fill: "var(--soft)",
          stroke: "var(--paper)",
          strokeWidth: 4,
        }),
      ],
    },
    "parameters of each trial",
  );
}

/** The internal value at a place of an axis that is divided into cells. */
function valueIn(d: Distribution, u: number): number {
  const internal = fromUnit(d, u);
  return d.kind === "categorical" ? orderOf(d)[internal]! : internal;
}

/** Cells of a contour's side. */
const CELLS = 28;

/** What a model of the study expects over two parameters, the others as in the best trial. */
export function contourChart(
  study: Study,
  surrogate: Surrogate,
  first: string,
  second: string,
): Html {
  const [a, b] = [surrogate.space[first]!, surrogate.space[second]!];
  const base = study.bestTrial.internal;
  const cells = [];
  // Each of a few values has a cell of its own.
  const isFew = (d: Distribution): boolean =>
    d.kind === "categorical" || (!d.log && cardinality(d) <= 12);
  const count = (d: Distribution): number => (isFew(d) ? cardinality(d) : CELLS);
  const [columns, rows] = [count(a), count(b)];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const x = valueIn(a, (i + 0.5) / columns);
      const y = valueIn(b, (j + 0.5) / rows);
      cells.push({
        x1: i / columns,
        x2: (i + 1) / columns,
        y1: j / rows,
        y2: (j + 1) / rows,
        value: surrogate.value({ ...base, [first]: x, [second]: y }),
      });
    }
  }
  const place = (d: Distribution, x: number): number =>
    d.kind === "categorical" ? (orderOf(d).indexOf(x) + 0.5) / d.choices.length : toUnit(d, x);
  const dots = study.ranking.map((t) => ({
    x: place(a, t.internal[first]!),
    y: place(b, t.internal[second]!),
  }));
  const tick =
    (d: Distribution) =>
    (u: number): string => {
      const value = toValue(d, valueIn(d, Math.min(1 - 1e-9, Math.max(0, u))));
      return typeof value === "number" ? short(value) : String(value);
    };
  const ticks = (d: Distribution): number[] =>
    isFew(d)
      ? Array.from({ length: cardinality(d) }, (_, k) => (k + 0.5) / cardinality(d))
      : [0, 0.25, 0.5, 0.75, 1];
  return svgOf(
    {
      marginLeft: 60,
      x: { domain: [0, 1], ticks: ticks(a), tickFormat: tick(a), label: `${first} →` },
      y: { domain: [0, 1], ticks: ticks(b), tickFormat: tick(b), label: `↑ ${second}` },
      color: { ...COLORS, reverse: study.direction === "maximize" },
      marks: [
        Plot.rect(cells, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "value", inset: -0.3 }),
        Plot.dot(dots, { x: "x", y: "y", r: 2.2, fill: "var(--ink)", stroke: "var(--paper)" }),
      ],
    },
    `expected value over ${first} and ${second}`,
  );
}

/** Shares of the importance, the largest on top. */
export function importanceChart(shares: Readonly<Record<string, number>>): Html {
  const rows = Object.entries(shares)
    .map(([name, share]) => ({ name, share }))
    .sort((a, b) => b.share - a.share);
  return svgOf(
    {
      height: 50 + 26 * rows.length,
      marginLeft: 110,
      x: { label: "share →", domain: [0, Math.max(0.01, ...rows.map((r) => r.share))], ticks: 5 },
      y: { type: "band", domain: rows.map((r) => r.name), label: null },
      marks: [
        Plot.gridX(grid),
        Plot.barX(rows, {
          x: "share",
          y: "name",
          fill: "var(--train)",
          insetTop: 4,
          insetBottom: 4,
        }),
      ],
    },
    "importance of the parameters",
  );
}

/** What trials reported on the way; stopped ones end early. Null where nothing was reported. */
export function intermediateChart(study: AnyStudy, measure: string): Html | null {
  const rows = study.trials.flatMap((t) =>
    [...t.intermediate].map(([step, value]) => ({ number: t.number, step, value, state: t.state })),
  );
  if (rows.length === 0) return null;
  const values = rows.map((r) => r.value).sort((a, b) => a - b);
  const high = values[Math.floor(0.95 * (values.length - 1))]!;
  const color = (r: { state: string }): string =>
    r.state === "complete" ? "var(--train)" : "var(--validate)";
  return svgOf(
    {
      x: { label: "step →", tickFormat: (d: number) => (Number.isInteger(d) ? String(d) : "") },
      y: { label: `↑ ${measure}`, domain: [values[0]!, high], clamp: true, tickFormat: short },
      marks: [
        Plot.gridY(grid),
        Plot.line(rows, { x: "step", y: "value", z: "number", stroke: color, strokeOpacity: 0.6 }),
        // Where a trial ended.
        Plot.dot(rows, Plot.selectMaxX({ x: "step", y: "value", z: "number", fill: color, r: 3 })),
      ],
    },
    "reports of each trial",
  );
}
