import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";

/** Gradient of sigmoid from its output, `dx = dy y (1 - y)`. */
const sigmoidGrad: Op = /* @__PURE__ */ defineOp({
  name: "sigmoidGrad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size }) => k.sigmoidGrad(y!, dy!, out!, size),
  grad: ({ inputs: [y, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), sub(1, mul(y!, 2))) : null,
    sigmoidGrad(y!, dout),
  ],
  inPlace: 1,
});

/** Logistic function, `1 / (1 + e^-x)`, element by element. */
export const sigmoid: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "sigmoid",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.sigmoid(x!, out!, size),
  grad: ({ out, dout }) => [sigmoidGrad(out, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
