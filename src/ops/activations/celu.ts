import { OptionError } from "../../errors.ts";
import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { Shape } from "../../shape.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { maskPositive } from "./relu.ts";

type CeluAttrs = {
  /** The limit at -Infinity is -alpha; not 0. */
  alpha: number;
};

function checkAlpha(x: Shape, { alpha }: CeluAttrs): Shape {
  if (alpha === 0) throw new OptionError("celu: alpha must not be 0, got 0; use relu");
  return x;
}

/** Gradient of celu, `dx = x > 0 ? dy : dy e^(x / alpha)`. */
const celuGrad: Op<CeluAttrs> = /* @__PURE__ */ defineOp<CeluAttrs>({
  name: "celuGrad",
  inputs: ["x", "dy"],
  attrs: { alpha: 1 },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) => k.celuGrad(x!, dy!, out!, attrs.alpha, size),
  grad: ({ inputs: [x, dy], dout, attrs, needs }) => {
    if (!needs(0)) return [null, celuGrad(x!, dout, attrs)];
    // The slope is 1 above 0 and alpha times its own derivative below.
    const u = mul(dout, dy!);
    return [
      mul(sub(celuGrad(x!, u, attrs), maskPositive(x!, u)), 1 / attrs.alpha),
      celuGrad(x!, dout, attrs),
    ];
  },
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Continuously differentiable exponential linear unit, `x > 0 ? x : alpha (e^(x / alpha) - 1)`, alpha 1 by
 * default. Source: Barron 2017 (arXiv:1704.07483).
 */
export const celu: ShapedOp<SameShape, CeluAttrs> = /* @__PURE__ */ defineOp<CeluAttrs, Shaped>({
  name: "celu",
  inputs: ["x"],
  attrs: { alpha: 1 },
  shape: ([x], attrs) => checkAlpha(x!, attrs),
  emit: (k, { x, out }, { size, attrs }) => k.celu(x!, out!, attrs.alpha, size),
  grad: ({ inputs: [x], dout, attrs }) => [celuGrad(x!, dout, attrs)],
  inPlace: 0,
  flops: elementaryFlops,
});
