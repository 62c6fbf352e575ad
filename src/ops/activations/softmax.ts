import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { type Shape, axisOf, sizeOf } from "../../shape.ts";
import { mul, sub } from "../binary.ts";
import { sum } from "../sum.ts";

/** Attributes: the axis along which the results sum to 1, counted from either end. */
export type SoftmaxAttrs = { axis: number };

/** Length of the axis, elements behind it, and how many sums there are. */
export function extents(
  subject: string,
  shape: Shape,
  axis: number,
): [length: number, inner: number, sums: number] {
  if (shape.length === 0) return [1, 1, 1];
  const at = axisOf(subject, axis, shape.length);
  const length = shape[at]!;
  return [length, sizeOf(shape.slice(at + 1)), length === 0 ? 0 : sizeOf(shape) / length];
}

/** Bytes of scratch: assembly/columns.ts keeps 64 of four columns, of 256 columns at most; rows need none. */
export function columnScratch(subject: string, shape: Shape, axis: number): number {
  const [, inner] = extents(subject, shape, axis);
  return inner === 1 ? 0 : 16 * Math.min(256, inner + 3);
}

/** Gradient of softmax, `dx = y (dy - sum y dy)`. */
const softmaxGrad: Op<SoftmaxAttrs> = /* @__PURE__ */ defineOp<SoftmaxAttrs>({
  name: "softmaxGrad",
  inputs: ["y", "dy"],
  attrs: { axis: -1 },
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { attrs, out: shape }) =>
    k.softmaxGrad(y!, dy!, out!, ...extents("softmax", shape, attrs.axis)),
  grad: ({ inputs: [y, dy], attrs, dout, needs }) => {
    const over = y!.shape.length === 0 ? {} : { axis: attrs.axis, keepDims: true };
    const total = (a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor => sum(mul(a, b), over);
    const byY = (): SymbolicTensor =>
      sub(mul(dout, sub(dy!, total(y!, dy!))), mul(dy!, total(dout, y!)));
    return [needs(0) ? byY() : null, needs(1) ? softmaxGrad(y, dout, attrs) : null];
  },
  scratch: ([y], { axis }) => columnScratch("softmax", y!, axis),
  inPlace: 1,
  flops: ([y]) => 4 * sizeOf(y!),
});

/**
 * `e^x / sum e^x` along an axis (the last), shifted by the largest so that nothing overflows. With a NaN or
 * Infinity, or with nothing but -Infinity, all are NaN.
 */
export const softmax: ShapedOp<SameShape, SoftmaxAttrs> = /* @__PURE__ */ defineOp<
  SoftmaxAttrs,
  Shaped
>({
  name: "softmax",
  inputs: ["x"],
  attrs: { axis: -1 },
  shape: ([x], { axis }) => (extents("softmax", x!, axis), x!),
  emit: (k, { x, out }, { attrs, out: shape }) =>
    k.softmax(x!, out!, ...extents("softmax", shape, attrs.axis)),
  grad: ({ attrs, out, dout }) => [softmaxGrad(out, dout, attrs)],
  scratch: ([x], { axis }) => columnScratch("softmax", x!, axis),
  inPlace: 0,
  flops: ([x]) => 10 * sizeOf(x!),
});
