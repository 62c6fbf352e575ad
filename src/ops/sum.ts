import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, axisOf, sizeOf } from "../shape.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";

/** Sum over one run of neighbouring axes, [from, to). The axes stay, with length 1. */
const sumRun: Op<{ from: number; to: number }> = /* @__PURE__ */ defineOp<{ from: number; to: number }>({
  name: "sum",
  inputs: ["x"],
  attrs: { from: 0, to: 0 },
  shape: ([x], { from, to }) => x!.map((n, i) => (i >= from && i < to ? 1 : n)),
  emit: (k, { x, out }, { attrs: { from, to }, shapes, size }) => {
    const shape = shapes.x!;
    k.reduceSum(x!, out!, sizeOf(shape.slice(from, to)), sizeOf(shape.slice(to)), size);
  },
  grad: ({ inputs, dout }) => [broadcastTo(dout, inputs[0]!.shape)],
  flops: ([x]) => sizeOf(x!),
});

/** Attributes of a reduction. */
export interface ReduceOptions {
  /** Axes to reduce, counted from either end; all if left out. */
  axis?: number | readonly number[];
  /** Keep the reduced axes with length 1. Default false. */
  keepDims?: boolean;
}

/** Runs of neighbouring axes, [from, to), outermost first. */
export function axisRuns(subject: string, axis: ReduceOptions["axis"], rank: number): [number, number][] {
  const axes = axis === undefined ? Array.from({ length: rank }, (_, i) => i) : typeof axis === "number" ? [axis] : axis;
  const sorted = [...new Set(axes.map((a) => axisOf(subject, a, rank)))].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const a of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === a) last[1] = a + 1;
    else runs.push([a, a + 1]);
  }
  return runs;
}

/** Removes the axes of the runs, each of length 1. */
export function dropRuns(x: SymbolicTensor, runs: readonly [number, number][]): SymbolicTensor {
  const shape: Shape = x.shape.filter((_, i) => !runs.some(([from, to]) => i >= from && i < to));
  return reshape(x, { shape });
}

/** Sum over some axes, or over all. An empty sum is 0. */
export function sum(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  const runs = axisRuns("sum", options.axis, x.shape.length);
  let y = x;
  for (const [from, to] of runs) y = sumRun(y, { from, to });
  return options.keepDims ? y : dropRuns(y, runs);
}
