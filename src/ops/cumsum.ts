import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { axisOf, sizeOf } from "../shape.ts";

const cumsumOp: Op<{ axis: number; reverse: boolean }> = /* @__PURE__ */ defineOp<{
  axis: number;
  reverse: boolean;
}>({
  name: "cumsum",
  inputs: ["x"],
  attrs: { axis: 0, reverse: false },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { attrs: { axis, reverse }, out: shape, size }) => {
    const [length, inner] = [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
    if (size > 0) k.cumsum(x!, out!, length, inner, reverse ? 1 : 0, size / length);
  },
  grad: ({ attrs: { axis, reverse }, dout }) => [cumsumOp(dout, { axis, reverse: !reverse })],
  inPlace: 0,
});

/** Running sums along an axis, `y[i] = x[0] + ... + x[i]`; with `reverse` from the end. Added in f64. */
export function cumsum(
  x: SymbolicTensor,
  options: { axis?: number; reverse?: boolean } = {},
): SymbolicTensor {
  const axis = x.shape.length === 0 ? 0 : axisOf("cumsum", options.axis ?? -1, x.shape.length);
  return cumsumOp(x, { axis, reverse: options.reverse ?? false });
}
