import * as Plot from "@observablehq/plot";
import { completeOf, pointOf } from "../../tune/objectives.ts";
import { volumeOf } from "../../tune/pareto/hypervolume.ts";
import type { AnyStudy } from "../../tune/study.ts";
import { logarithmicTicks, svgOf } from "../report/charts.ts";
import type { Html } from "../report/html.ts";
import { grid, short, shownRange } from "./charts.ts";

/** How many times as large as the least value the largest must be for a logarithmic axis. */
const LOGARITHMIC = 30;

/** An axis on which the front is seen whole, and of the other trials those that are not far off. */
function axisOf(
  label: string,
  all: readonly number[],
  front: readonly number[],
): Plot.ScaleOptions {
  const [low, high] = [Math.min(...front), Math.max(...front)];
  if (low > 0 && Math.max(...all) / Math.min(...all) > LOGARITHMIC && Math.min(...all) > 0) {
    const domain: [number, number] = [Math.min(...all), Math.max(...all)];
    return { label, type: "log", domain, ticks: logarithmicTicks(...domain), tickFormat: short };
  }
  const [from, to] = shownRange(all);
  const domain = [Math.min(low, from), Math.max(high, to)];
  return { label, type: "linear", domain, ticks: 5, tickFormat: short };
}

/**
 * All trials over two of the objectives, and the front: of two objectives as a staircase, beyond which nothing was found.
 *
 * @param pair  the objectives' numbers, the horizontal one first
 */
export function frontChart(
  study: AnyStudy,
  measures: readonly string[],
  [i, k]: readonly [number, number],
): Html {
  const { directions } = study;
  const front = new Set(study.paretoFront);
  const points = completeOf(study.trials, directions).map((t) => ({
    x: t.values![i]!,
    y: t.values![k]!,
    isFront: front.has(t),
    title: `trial ${t.number}: ${measures.map((m, j) => `${m} ${short(t.values![j]!)}`).join(", ")}`,
  }));
  const best = points.filter((p) => p.isFront).sort((a, b) => a.x - b.x || a.y - b.y);
  const others = points.filter((p) => !p.isFront);
  const label = (objective: number): string =>
    `${measures[objective]}, ${directions[objective] === "minimize" ? "less" : "more"} is better`;
  const axis = (at: "x" | "y", text: string): Plot.ScaleOptions =>
    axisOf(
      text,
      points.map((p) => p[at]),
      best.map((p) => p[at]),
    );
  // From a trial of the front as far as the next one is better: the horizontal objective decides on which side that is.
  const curve = directions[i] === "minimize" ? "step-after" : "step-before";
  const staircase =
    directions.length > 2
      ? []
      : [Plot.line(best, { x: "x", y: "y", curve, stroke: "var(--train)", strokeOpacity: 0.5 })];
  return svgOf(
    {
      x: { ...axis("x", `${label(i)} →`), clamp: true },
      y: { ...axis("y", `↑ ${label(k)}`), clamp: true },
      marks: [
        Plot.gridX(grid),
        Plot.gridY(grid),
        Plot.dot(others, { x: "x", y: "y", r: 2.2, fill: "var(--soft)", fillOpacity: 0.45 }),
        ...staircase,
        Plot.dot(best, { x: "x", y: "y", r: 3.4, fill: "var(--train)", title: "title" }),
      ],
    },
    `${measures[k]} against ${measures[i]}`,
  );
}

/** Points of the curve. */
const STEPS = 40;

/**
 * The volume that the front dominates after so many trials, as a share of that after all; up to the worst value that any trial has of
 * each objective.
 */
export function volumeChart(study: AnyStudy): Html {
  const { directions, trials } = study;
  const complete = completeOf(trials, directions);
  const points = complete.map((t) => pointOf(t, directions));
  const worst = directions.map((_, k) => Math.max(...points.map((p) => p[k]!)));
  const whole = volumeOf(points, worst);
  const count = Math.min(STEPS, points.length);
  const rows = Array.from({ length: count }, (_, i) => {
    const n = Math.round(((i + 1) * points.length) / count);
    const volume = volumeOf(points.slice(0, n), worst);
    return { number: complete[n - 1]!.number, share: whole > 0 ? volume / whole : 0 };
  });
  return svgOf(
    {
      x: { label: "trial →", tickFormat: (d: number) => (Number.isInteger(d) ? String(d) : "") },
      y: { label: "↑ volume below the front, share of the last", domain: [0, 1], ticks: 5 },
      marks: [
        Plot.gridY(grid),
        Plot.line(rows, {
          x: "number",
          y: "share",
          stroke: "var(--train)",
          strokeWidth: 2,
          curve: "step-after",
        }),
      ],
    },
    "volume that the front dominates after each trial",
  );
}
