import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { axisOf, sizeOf } from "../shape.ts";

type CumsumAttrs = { axis: number; reverse: boolean; exclusive: boolean };

const cumsumOp: Op<CumsumAttrs> = /* @__PURE__ */ defineOp<CumsumAttrs>({
  name: "cumsum",
  inputs: ["x"],
  attrs: { axis: 0, reverse: false, exclusive: false },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { attrs: { axis, reverse, exclusive }, out: shape, size }) => {
    const [length, inner] = [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
    const sums = size / length;
    if (size > 0) k.cumsum(x!, out!, length, inner, reverse ? 1 : 0, exclusive ? 1 : 0, sums);
  },
  grad: ({ attrs, dout }) => [cumsumOp(dout, { ...attrs, reverse: !attrs.reverse })],
  inPlace: 0,
});

/** What running sums and products take. */
export interface RunningOptions {
  /** Counted from either end. Default -1. */
  axis?: number;
  /** From the end. Default false. */
  reverse?: boolean;
  /** Without the element at the place itself. Default false. */
  exclusive?: boolean;
}

/**
 * Running sums along an axis, `y[i] = x[0] + ... + x[i]`; with `exclusive` up to x[i - 1], with `reverse`
 * from the end. Added in f64.
 */
export function cumsum(x: SymbolicTensor, options: RunningOptions = {}): SymbolicTensor {
  const { reverse = false, exclusive = false } = options;
  const axis = x.shape.length === 0 ? 0 : axisOf("cumsum", options.axis ?? -1, x.shape.length);
  return cumsumOp(x, { axis, reverse, exclusive });
}
