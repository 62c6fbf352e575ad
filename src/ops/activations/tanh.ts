import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { mul } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";

/** Gradient of tanh from its output, `dx = dy (1 - y^2)`. */
const tanhGrad: Op = /* @__PURE__ */ defineOp({
  name: "tanhGrad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size }) => k.tanhGrad(y!, dy!, out!, size),
  grad: ({ inputs: [y, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), mul(y!, -2)) : null,
    tanhGrad(y!, dout),
  ],
  inPlace: 1,
});

/** Hyperbolic tangent, element by element. */
export const tanh: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "tanh",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.tanh(x!, out!, size),
  grad: ({ out, dout }) => [tanhGrad(out, dout)],
  inPlace: 0,
  flops: elementaryFlops,
});
