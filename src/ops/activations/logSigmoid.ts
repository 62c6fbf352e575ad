import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { sigmoid } from "./sigmoid.ts";

/** Second derivative, `-s (1 - s)`, s = sigmoid(x). */
function curvature(x: SymbolicTensor): SymbolicTensor {
  const s = sigmoid(x);
  return mul(s, sub(s, 1));
}

/** Gradient of logSigmoid, `dx = dy sigmoid(-x)`. */
const logSigmoidGrad: Op = /* @__PURE__ */ defineOp({
  name: "logSigmoidGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.logSigmoidGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), curvature(x!)) : null,
    logSigmoidGrad(x!, dout),
  ],
  inPlace: 1,
  flops: elementaryFlops,
});

/** `log(1 / (1 + e^-x))`, element by element. It does not overflow. */
export const logSigmoid: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "logSigmoid",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.logSigmoid(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [logSigmoidGrad(x!, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
