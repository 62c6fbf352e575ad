import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { add, mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { square } from "../unary.ts";
import { sigmoid } from "./sigmoid.ts";
import { softplus } from "./softplus.ts";
import { tanh } from "./tanh.ts";

/**
 * Second derivative: with `t = tanh(log(1 + e^x))`, `s = sigmoid(x)` and `t' = (1 - t^2) s` it is
 * `2 t' + x t' (1 - s - 2 t s)`.
 */
function curvature(x: SymbolicTensor): SymbolicTensor {
  const s = sigmoid(x);
  const t = tanh(softplus(x));
  const slope = mul(sub(1, square(t)), s);
  const bend = sub(sub(1, s), mul(mul(t, s), 2));
  return mul(slope, add(mul(x, bend), 2));
}

/** Gradient of mish, `dx = dy (t + x (1 - t^2) sigmoid(x))`, t = tanh(log(1 + e^x)). */
const mishGrad: Op = /* @__PURE__ */ defineOp({
  name: "mishGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.mishGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), curvature(x!)) : null,
    mishGrad(x!, dout),
  ],
  inPlace: 1,
  flops: elementaryFlops,
});

/** Mish, `x tanh(log(1 + e^x))`. -Infinity gives NaN, as in PyTorch. Source: Misra 2019 (arXiv:1908.08681). */
export const mish: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "mish",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.mish(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [mishGrad(x!, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
