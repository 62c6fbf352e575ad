import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { History } from "../../train/history.ts";
import { type Html, html, raw } from "./html.ts";

const WIDTH = 460;
const HEIGHT = 250;

/** A plot as SVG text: colours are the page's variables, so it follows light and dark. */
export function svgOf(options: Plot.PlotOptions, title: string): Html {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const style = {
    fontFamily: "inherit",
    fontSize: "12px",
    background: "transparent",
    overflow: "visible",
  };
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 44,
    marginBottom: 34,
    style,
    ...options,
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  return raw(svg.outerHTML.replace(/ xmlns(:xlink)?="[^"]*"/g, ""));
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

function pointsOf(history: History, name: string): Point[] {
  return (history.history[name] ?? []).map((value, i) => ({ epoch: history.epoch[i]! + 1, value }));
}

/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or the powers alone where those are many. */
export function logarithmicTicks(low: number, high: number): number[] {
  const powers = Array.from({ length: 60 }, (_, i) => Number(`1e${i - 30}`));
  const all = powers.flatMap((p) => [p, 2 * p, 5 * p]).filter((t) => t >= low && t <= high);
  const few = powers.filter((t) => t >= low && t <= high);
  return all.length <= 6 || few.length < 2 ? all : few;
}

/** Training and validation curves of one figure over the epochs. */
export function curveChart(history: History, name: string, title: string): Html {
  const curves = [
    { points: pointsOf(history, name), color: "var(--train)" },
    { points: pointsOf(history, `val_${name}`), color: "var(--validate)" },
  ].filter(({ points }) => points.length > 0);
  const epochs = history.epoch.length;
  const values = curves.flatMap(({ points }) => points.map((p) => p.value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A loss that falls by more than a factor of twenty is only readable on a logarithmic axis.
  const logarithmic = name === "loss" && low > 0 && high / low > 20;
  const ticks = logarithmic ? logarithmicTicks(low, high) : 5;
  const lines = curves.flatMap(({ points, color }) => [
    Plot.lineY(points, {
      x: "epoch",
      y: "value",
      stroke: color,
      strokeWidth: 2,
      strokeLinejoin: "round",
    }),
    Plot.dot(points.length < 6 ? points : points.slice(-1), {
      x: "epoch",
      y: "value",
      fill: color,
      r: 3,
    }),
  ]);
  return svgOf(
    {
      x: {
        label: "epoch →",
        tickFormat: (d: number) => (Number.isInteger(d) ? String(d) : ""),
        ticks: epochs <= 8 ? Array.from({ length: epochs }, (_, i) => i + 1) : 8,
        domain: [1, Math.max(2, epochs)],
      },
      y: {
        label: null,
        type: logarithmic ? "log" : "linear",
        ticks,
        nice: !logarithmic,
        tickFormat: (d: number) => String(Number(d.toPrecision(3))),
      },
      marks: [Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks }), ...lines],
    },
    title,
  );
}

/** A run's curve; one without a colour is drawn thin, behind the others. */
export interface RunCurve {
  readonly history: History;
  readonly color: string | null;
}

/** Largest factor over the lowest loss that is drawn: one that diverges would leave no room for the others. */
const MOST_FACTOR = 300;

/** Axis of the losses of many runs, cut off above where some explode. */
function lossAxis(
  histories: readonly History[],
  name: string,
): { domain: [number, number]; type: "log" | "linear"; ticks: number[] | number } {
  const all = histories.map((h) => (h.history[name] ?? []).filter((v) => Number.isFinite(v)));
  const values = all.flat();
  const low = Math.min(...values);
  const firsts = all.flatMap((list) => list.slice(0, 1)).sort((a, b) => a - b);
  // Where runs begin says how high the axis must reach; what explodes beyond is cut.
  const start = firsts[Math.floor(0.8 * (firsts.length - 1))] ?? 1;
  const high = Math.min(Math.max(...values), low > 0 ? MOST_FACTOR * low : Infinity, 2 * start);
  const type = low > 0 && high / low > 5 ? "log" : "linear";
  return { domain: [low, high], type, ticks: type === "log" ? logarithmicTicks(low, high) : 5 };
}

function runLine(history: History, name: string, color: string, wide: boolean): Plot.Markish {
  return Plot.lineY(pointsOf(history, name), {
    x: "epoch",
    y: "value",
    stroke: color,
    strokeWidth: wide ? 2 : 1.25,
    strokeLinejoin: "round",
    clip: true,
  });
}

/** One figure of many runs over the epochs. */
export function manyCurves(runs: readonly RunCurve[], name: string, title: string): Html {
  const epochs = Math.max(1, ...runs.map((run) => run.history.epoch.length));
  const axis = lossAxis(
    runs.map((run) => run.history),
    name,
  );
  // Thin ones first, and the best last, so that it lies on top.
  const order = [
    ...runs.filter((r) => r.color === null),
    ...runs.filter((r) => r.color).toReversed(),
  ];
  return svgOf(
    {
      x: {
        label: "epoch →",
        tickFormat: (d: number) => (Number.isInteger(d) ? String(d) : ""),
        ticks: epochs <= 8 ? Array.from({ length: epochs }, (_, i) => i + 1) : 8,
        domain: [1, Math.max(2, epochs)],
      },
      y: { ...axis, label: null, tickFormat: (d: number) => String(Number(d.toPrecision(3))) },
      marks: [
        Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: axis.ticks }),
        ...order.map(({ history, color }) =>
          runLine(history, name, color ?? "var(--bar)", color !== null),
        ),
      ],
    },
    title,
  );
}

/** One run before all others, small and without labels. */
export function smallCurve(
  all: readonly History[],
  own: History,
  name: string,
  title: string,
): Html {
  const epochs = Math.max(2, ...all.map((h) => h.epoch.length));
  const { domain, type } = lossAxis(all, name);
  return svgOf(
    {
      width: 200,
      height: 110,
      margin: 3,
      marginLeft: 3,
      marginBottom: 3,
      x: { axis: null, domain: [1, epochs] },
      y: { axis: null, domain, type },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        ...all.filter((h) => h !== own).map((h) => runLine(h, name, "var(--bar)", false)),
        runLine(own, name, "var(--train)", true),
      ],
    },
    title,
  );
}

/** Points that are drawn of a large test set: evenly spaced ones. */
const MOST_POINTS = 1500;

/** Predicted over true numbers; on the line, they agree. */
export function scatterChart(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  name: string,
): Html {
  const step = Math.max(1, Math.ceil(truth.length / MOST_POINTS));
  const points: { truth: number; predicted: number }[] = [];
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < truth.length; i += step) {
    points.push({ truth: truth[i]!, predicted: predicted[i]! });
    low = Math.min(low, truth[i]!, predicted[i]!);
    high = Math.max(high, truth[i]!, predicted[i]!);
  }
  const format = (d: number): string =>
    Math.abs(d) >= 10_000 ? `${Number((d / 1000).toPrecision(4))}k` : String(d);
  const axis = { domain: [low, high], ticks: 5, nice: true, tickFormat: format };
  return svgOf(
    {
      marginLeft: 48,
      x: { ...axis, label: `${name} →` },
      y: { ...axis, label: `↑ predicted` },
      marks: [
        Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
        Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
        Plot.line(
          [
            [low, low],
            [high, high],
          ],
          { stroke: "var(--soft)", strokeDasharray: "4 4" },
        ),
        Plot.dot(points, {
          x: "truth",
          y: "predicted",
          fill: "var(--train)",
          fillOpacity: 0.45,
          r: 2.4,
        }),
      ],
    },
    `predicted over true ${name}`,
  );
}

/** What the two colours of the curves mean. */
export const CURVE_KEY: Html = html`<p>
  <span class="key" style="--key:var(--train)">training</span
  ><span class="key" style="--key:var(--validate)">validation</span>
</p>`;
