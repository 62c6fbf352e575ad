import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { maskPositive } from "./relu.ts";

/** lambda of the paper: the slope above 0. */
const LAMBDA = 1.0507009873554805;

/** Gradient of selu, `dx = dy lambda (x > 0 ? 1 : alpha e^x)`. */
const seluGrad: Op = /* @__PURE__ */ defineOp({
  name: "seluGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.seluGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => {
    if (!needs(0)) return [null, seluGrad(x!, dout)];
    // The slope is lambda above 0 and its own derivative below.
    const u = mul(dout, dy!);
    return [sub(seluGrad(x!, u), mul(maskPositive(x!, u), LAMBDA)), seluGrad(x!, dout)];
  },
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Self-normalizing unit, `lambda (x > 0 ? x : alpha (e^x - 1))` with lambda = 1.0507, alpha = 1.6733.
 * Source: Klambauer et al. 2017 (arXiv:1706.02515).
 */
export const selu: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "selu",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.selu(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [seluGrad(x!, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
