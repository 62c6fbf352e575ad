import { OptionError, ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type DType, type Shape, bytesOf, printShape } from "../shape.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { slice, sliceWindow } from "./slice.ts";
import { emitStrided, stridesOf, windowOf } from "./strided.ts";

/** Where `place` puts its input. */
type PlaceAttrs = {
  shape: Shape;
  begin: readonly number[];
  step: readonly number[];
  value: number;
};

/** A 32-bit word of elements of this value. */
function wordOf(value: number, dtype: DType): number {
  if (dtype === "float32") return new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return dtype === "int32" ? value >>> 0 : ((value & 255) * 0x01010101) >>> 0;
}

/**
 * A tensor of the given shape that is `value` everywhere but at begin, begin + step, ... along each axis,
 * where x stands: what `slice` takes out, put back. Any dtype.
 */
export const place: Op<PlaceAttrs> = /* @__PURE__ */ defineOp<PlaceAttrs>({
  name: "place",
  inputs: ["x"],
  attrs: { shape: [], begin: [], step: [], value: 0 },
  shape: (_, { shape }) => shape,
  dtype: ([x]) => x!,
  emit: (k, { x, out }, context) => {
    const { attrs, shapes, out: shape, size, dtype, table } = context;
    const own = shapes["x"]!;
    k.fill(table([wordOf(attrs.value, dtype)]), out!, Math.ceil((size * bytesOf(dtype)) / 4));
    const to = windowOf(shape, attrs.begin, attrs.step);
    emitStrided(k, context, own, [x!, { offset: 0, steps: stridesOf(own) }], [out!, to]);
  },
  grad: ({ inputs: [x], attrs: { begin, step }, dout }) => [
    sliceWindow(dout, { begin, size: x!.shape, step }),
  ],
});

/** What stands in the margins: a value, or elements of x as seen from its edge. */
export type PadMode = "constant" | "reflect" | "symmetric" | "edge" | "wrap";

/** Attributes of `pad`. */
export interface PadOptions {
  /** Elements before and behind, for each axis. */
  paddings: readonly (readonly [before: number, after: number])[];
  /**
   * "constant": `value`; "reflect": mirrored without the edge; "symmetric": mirrored with it; "edge": the
   * edge repeated; "wrap": from the other end. Default "constant".
   */
  mode?: PadMode;
  /** Default 0. */
  value?: number;
}

/** The margin of `count` elements on one side of an axis, from x itself. */
function margin(
  x: SymbolicTensor,
  axis: number,
  count: number,
  mode: Exclude<PadMode, "constant">,
  before: boolean,
): SymbolicTensor {
  const n = x.shape[axis]!;
  const take = (begin: number, step: number): SymbolicTensor =>
    slice(x, { axis, begin, size: count, step });
  if (mode === "edge") {
    const edge = slice(x, { axis, begin: before ? 0 : n - 1, size: 1 });
    return broadcastTo(edge, x.shape.with(axis, count));
  }
  if (mode === "wrap") return take(before ? n - count : 0, 1);
  const inward = mode === "reflect" ? 1 : 0;
  return take(before ? count - 1 + inward : n - 1 - inward, -1);
}

/**
 * x with a margin along each axis. Any dtype.
 *
 * @throws ShapeError where the margin is not one of whole numbers >= 0, or x is too short to fill it
 * @throws OptionError for an unknown mode
 *
 * @example
 *     pad(x, { paddings: [[0, 0], [2, 2]], mode: "reflect" })
 */
export function pad(
  x: SymbolicTensor,
  { paddings, mode = "constant", value = 0 }: PadOptions,
): SymbolicTensor {
  const { shape } = x;
  const whole = paddings.flat().every((n) => Number.isInteger(n) && n >= 0);
  if (paddings.length !== shape.length || !whole) {
    throw new ShapeError(
      `pad: paddings must be two whole numbers >= 0 for each axis of ${printShape(shape)}, got ${JSON.stringify(paddings)}; use slice() to cut`,
    );
  }
  if (paddings.every(([before, after]) => before + after === 0)) return x;
  if (mode === "constant") {
    return place(x, {
      shape: shape.map((n, i) => n + paddings[i]![0] + paddings[i]![1]),
      begin: paddings.map(([before]) => before),
      step: shape.map(() => 1),
      value,
    });
  }
  if (!["reflect", "symmetric", "edge", "wrap"].includes(mode)) {
    throw new OptionError(
      `pad: mode must be "constant", "reflect", "symmetric", "edge" or "wrap", got ${JSON.stringify(mode)}`,
    );
  }
  return paddings.reduce((y, [before, after], axis) => {
    const n = shape[axis]!;
    const longest = mode === "edge" && n > 0 ? Infinity : n - (mode === "reflect" ? 1 : 0);
    if (Math.max(before, after) > Math.max(longest, 0)) {
      throw new ShapeError(
        `pad: a "${mode}" margin must come from axis ${axis} of ${printShape(shape)}, got [${before}, ${after}]; use "constant"`,
      );
    }
    const parts = [
      ...(before > 0 ? [margin(y, axis, before, mode, true)] : []),
      y,
      ...(after > 0 ? [margin(y, axis, after, mode, false)] : []),
    ];
    return concat(...parts, { axis });
  }, x);
}
