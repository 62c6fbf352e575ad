import { OptionError } from "../../errors.ts";
import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { constant } from "../../graph/symbolic.ts";
import type { Shape } from "../../shape.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { fill } from "../fill.ts";

type SoftplusAttrs = {
  /** Sharpness, above 0. */
  beta: number;
  /** Where `beta x` is above it, the result is x. */
  threshold: number;
};

const DEFAULTS: SoftplusAttrs = { beta: 1, threshold: 20 };

function checkBeta(x: Shape, { beta }: SoftplusAttrs): Shape {
  if (!(beta > 0)) throw new OptionError(`softplus: beta must be above 0, got ${beta}`);
  return x;
}

/** Gradient of softplus, `dx = beta x > threshold ? dy : dy sigmoid(beta x)`. */
const softplusGrad: Op<SoftplusAttrs> = /* @__PURE__ */ defineOp<SoftplusAttrs>({
  name: "softplusGrad",
  inputs: ["x", "dy"],
  attrs: DEFAULTS,
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) =>
    k.softplusGrad(x!, dy!, out!, attrs.beta, attrs.threshold, size),
  grad: ({ inputs: [x, dy], dout, attrs, needs }) => {
    if (!needs(0)) return [null, softplusGrad(x!, dout, attrs)];
    // The slope is s = sigmoid(beta x), or 1 where linear: its own is beta s (1 - s) in both.
    const s = softplusGrad(x!, fill(constant(1), { shape: x!.shape }), attrs);
    const bend = mul(mul(s, sub(1, s)), attrs.beta);
    return [mul(mul(dout, dy!), bend), softplusGrad(x!, dout, attrs)];
  },
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Smooth rectifier, `beta x > threshold ? x : log(1 + e^(beta x)) / beta`; beta 1 and threshold 20 by default.
 * It does not overflow.
 */
export const softplus: ShapedOp<SameShape, SoftplusAttrs> = /* @__PURE__ */ defineOp<
  SoftplusAttrs,
  Shaped
>({
  name: "softplus",
  inputs: ["x"],
  attrs: DEFAULTS,
  shape: ([x], attrs) => checkBeta(x!, attrs),
  emit: (k, { x, out }, { size, attrs }) => k.softplus(x!, out!, attrs.beta, attrs.threshold, size),
  grad: ({ inputs: [x], dout, attrs }) => [softplusGrad(x!, dout, attrs)],
  inPlace: 0,
  flops: elementaryFlops,
});
