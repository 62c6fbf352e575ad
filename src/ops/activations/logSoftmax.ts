import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { sizeOf } from "../../shape.ts";
import { mul, sub } from "../binary.ts";
import { neg } from "../neg.ts";
import { sum } from "../sum.ts";
import { exp } from "../unary.ts";
import { type SoftmaxAttrs, columnScratch, extents } from "./softmax.ts";

const logSoftmaxGrad: Op<SoftmaxAttrs> = /* @__PURE__ */ defineOp<SoftmaxAttrs>({
  name: "logSoftmaxGrad",
  inputs: ["y", "dy"],
  attrs: { axis: -1 },
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { attrs, out: shape }) =>
    k.logSoftmaxGrad(y!, dy!, out!, ...extents("logSoftmax", shape, attrs.axis)),
  grad: ({ inputs: [y, dy], attrs, dout, needs }) => {
    const over = y!.shape.length === 0 ? {} : { axis: attrs.axis, keepDims: true };
    const weighted = mul(exp(y!), dout);
    return [
      needs(0) ? neg(mul(weighted, sum(dy!, over))) : null,
      needs(1) ? sub(dout, sum(weighted, over)) : null,
    ];
  },
  scratch: ([y], { axis }) => columnScratch("logSoftmax", y!, axis),
  inPlace: 1,
  flops: ([y]) => 10 * sizeOf(y!),
});

/**
 * `x - log sum e^x` along an axis (the last): the logarithm of softmax, without its loss of digits. With a
 * NaN or Infinity, or with nothing but -Infinity, all are NaN.
 */
export const logSoftmax: ShapedOp<SameShape, SoftmaxAttrs> = /* @__PURE__ */ defineOp<
  SoftmaxAttrs,
  Shaped
>({
  name: "logSoftmax",
  inputs: ["x"],
  attrs: { axis: -1 },
  shape: ([x], { axis }) => (extents("logSoftmax", x!, axis), x!),
  emit: (k, { x, out }, { attrs, out: shape }) =>
    k.logSoftmax(x!, out!, ...extents("logSoftmax", shape, attrs.axis)),
  grad: ({ attrs, out, dout }) => [logSoftmaxGrad(out, dout, attrs)],
  scratch: ([x], { axis }) => columnScratch("logSoftmax", x!, axis),
  inPlace: 0,
  flops: ([x]) => 10 * sizeOf(x!),
});
