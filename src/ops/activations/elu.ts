import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { maskPositive } from "./relu.ts";

type EluAttrs = {
  /** The limit at -Infinity is -alpha. */
  alpha: number;
};

/** Gradient of elu, `dx = x > 0 ? dy : dy alpha e^x`. */
const eluGrad: Op<EluAttrs> = /* @__PURE__ */ defineOp<EluAttrs>({
  name: "eluGrad",
  inputs: ["x", "dy"],
  attrs: { alpha: 1 },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) => k.eluGrad(x!, dy!, out!, attrs.alpha, size),
  grad: ({ inputs: [x, dy], dout, attrs, needs }) => {
    if (!needs(0)) return [null, eluGrad(x!, dout, attrs)];
    // The slope is 1 above 0 and its own derivative below.
    const u = mul(dout, dy!);
    return [sub(eluGrad(x!, u, attrs), maskPositive(x!, u)), eluGrad(x!, dout, attrs)];
  },
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Exponential linear unit, `x > 0 ? x : alpha (e^x - 1)`, alpha 1 by default.
 * Source: Clevert et al. 2016 (arXiv:1511.07289).
 */
export const elu: ShapedOp<SameShape, EluAttrs> = /* @__PURE__ */ defineOp<EluAttrs, Shaped>({
  name: "elu",
  inputs: ["x"],
  attrs: { alpha: 1 },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size, attrs }) => k.elu(x!, out!, attrs.alpha, size),
  grad: ({ inputs: [x], dout, attrs }) => [eluGrad(x!, dout, attrs)],
  inPlace: 0,
  flops: elementaryFlops,
});
