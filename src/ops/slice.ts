import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { axisOf, printShape, sameShape } from "../shape.ts";
import { place } from "./pad.ts";
import { emitStrided, stridesOf, windowOf } from "./strided.ts";

/** Where a slice begins, how many elements it has, and how far apart they lie, for every axis. */
export type Window = {
  begin: readonly number[];
  size: readonly number[];
  step: readonly number[];
};

/** One number, or one for each axis that is cut. */
type PerAxis<T = number> = T | readonly T[];

/** What `slice` takes. Lists have one entry for each axis that is cut. */
export interface SliceOptions {
  /** The axes that are cut, counted from either end. Default: the first ones. */
  axis?: PerAxis;
  /** First element; from the end where negative. Default 0, or the last one where the step is negative. */
  begin?: PerAxis;
  /** Elements that are taken, -1 for all that follow; or give `end`. */
  size?: PerAxis;
  /** First element that is not taken, from the end where negative; null for none. Default null. */
  end?: PerAxis<number | null>;
  /** From one element to the next, not 0. Default 1. */
  step?: PerAxis;
}

const sliceOp: Op<Window> = /* @__PURE__ */ defineOp<Window>({
  name: "slice",
  inputs: ["x"],
  attrs: { begin: [], size: [], step: [] },
  shape: (_, { size }) => size,
  dtype: ([x]) => x!,
  emit: (k, { x, out }, context) => {
    const { attrs, shapes, out: shape } = context;
    const from = windowOf(shapes["x"]!, attrs.begin, attrs.step);
    emitStrided(k, context, shape, [x!, from], [out!, { offset: 0, steps: stridesOf(shape) }]);
  },
  grad: ({ inputs: [x], attrs: { begin, step }, dout }) => [
    place(dout, { shape: x!.shape, begin, step, value: 0 }),
  ],
});

/** Entry i of an option. */
function entry<T>(option: PerAxis<T> | undefined, i: number): T | undefined {
  return Array.isArray(option) ? (option[i] as T | undefined) : (option as T | undefined);
}

/** Begin and number of elements along an axis of `length`, as Python counts them. */
function range(
  length: number,
  begin: number | undefined,
  end: number | null | undefined,
  step: number,
): [begin: number, size: number] {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (v: number | null | undefined, otherwise: number): number =>
    v === undefined || v === null
      ? otherwise
      : Math.min(Math.max(v < 0 ? v + length : v, low), high);
  const from = place(begin, step > 0 ? low : high);
  const to = place(end, step > 0 ? high : low);
  const size = Math.max(0, Math.ceil((to - from) / step));
  return [size === 0 ? 0 : from, size];
}

/** The same with a number of elements that must be there. */
function run(
  x: SymbolicTensor,
  axis: number,
  begin: number,
  size: number,
  step: number,
): [begin: number, size: number] {
  const length = x.shape[axis]!;
  const from = begin < 0 ? begin + length : begin;
  const rest = step > 0 ? Math.ceil((length - from) / step) : Math.floor(from / -step) + 1;
  const count = size === -1 ? rest : size;
  const inside = count === 0 ? from <= length : from < length && count <= rest;
  if (!(Number.isInteger(count) && count >= 0 && from >= 0 && inside)) {
    throw new ShapeError(
      `slice: begin ${begin} and size ${size} must lie in axis ${axis} of ${printShape(x.shape)}; give end, which is cut to the axis`,
    );
  }
  return [count === 0 ? 0 : from, count];
}

/** A window of full rank. @throws ShapeError */
function windowIn(x: SymbolicTensor, options: SliceOptions): Window {
  const { axis, begin, size, end, step } = options;
  const lengths = [axis, begin, size, end, step].map((o) =>
    Array.isArray(o) ? o.length : Number(o !== undefined),
  );
  const count = Math.max(...lengths);
  const axes = Array.from({ length: count }, (_, i) =>
    axisOf("slice", axis === undefined ? i : (entry(axis, i) ?? NaN), x.shape.length),
  );
  if (new Set(axes).size !== count) {
    throw new ShapeError(`slice: each axis must be named once, got [${axes.join(", ")}]`);
  }
  if (size !== undefined && end !== undefined) {
    throw new ShapeError(`slice: takes size or end, got both; leave one out`);
  }
  const window = { begin: x.shape.map(() => 0), size: [...x.shape], step: x.shape.map(() => 1) };
  axes.forEach((a, i) => {
    const by = entry(step, i) ?? 1;
    const from = entry(begin, i);
    if (!Number.isInteger(by) || by === 0 || !Number.isInteger(from ?? 0)) {
      throw new ShapeError(
        `slice: begin must be a whole number and step one that is not 0, got ${String(from)} and ${by}`,
      );
    }
    const count = entry(size, i);
    window.step[a] = by;
    [window.begin[a], window.size[a]] =
      count === undefined
        ? range(x.shape[a]!, from, entry(end, i), by)
        : run(x, a, from ?? (by > 0 ? 0 : x.shape[a]! - 1), count, by);
  });
  return window;
}

/** A window of full rank as a tensor: x itself where it is all of it. @internal */
export function sliceWindow(x: SymbolicTensor, window: Window): SymbolicTensor {
  const whole = sameShape(window.size, x.shape) && window.step.every((s) => s === 1);
  return whole ? x : sliceOp(x, window);
}

/**
 * Part of a tensor: along each axis that is cut, the elements begin, begin + step, ... up to `end` (as
 * Python's slices, cut to the axis) or `size` of them (which must be there). Any dtype.
 *
 * @throws ShapeError where the part does not lie in x
 *
 * @example
 *     slice(x, { axis: 1, begin: 2, end: 5 })          // x[:, 2:5]
 *     slice(x, { begin: [0, 1], size: [2, -1] })       // x[0:2, 1:]
 *     slice(x, { axis: -1, step: -1 })                 // the last axis reversed
 */
export function slice(x: SymbolicTensor, options: SliceOptions): SymbolicTensor {
  return sliceWindow(x, windowIn(x, options));
}

/** The elements along one or several axes in the opposite order. Default: along all. Any dtype. */
export function flip(x: SymbolicTensor, { axis }: { axis?: PerAxis } = {}): SymbolicTensor {
  const axes = axis === undefined ? [...x.shape.keys()] : [axis].flat();
  return slice(x, { axis: axes as number[], step: axes.map(() => -1) });
}
