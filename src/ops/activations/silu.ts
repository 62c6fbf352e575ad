import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { add, mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { sigmoid } from "./sigmoid.ts";

/** Second derivative, `s (1 - s) (2 + x (1 - 2 s))`, s = sigmoid(x). */
function curvature(x: SymbolicTensor): SymbolicTensor {
  const s = sigmoid(x);
  return mul(mul(s, sub(1, s)), add(mul(x, sub(1, mul(s, 2))), 2));
}

/** Gradient of silu, `dx = dy s (1 + x (1 - s))`, s = sigmoid(x). */
const siluGrad: Op = /* @__PURE__ */ defineOp({
  name: "siluGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.siluGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), curvature(x!)) : null,
    siluGrad(x!, dout),
  ],
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Sigmoid linear unit or swish, `x / (1 + e^-x)`. -Infinity gives NaN, as in PyTorch.
 * Source: Ramachandran et al. 2017 (arXiv:1710.05941).
 */
export const silu: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "silu",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.silu(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [siluGrad(x!, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
