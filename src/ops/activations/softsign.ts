import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { add, div, mul } from "../binary.ts";
import { abs, sign, square } from "../unary.ts";

/** Second derivative, `-2 sign(x) / (1 + |x|)^3`. */
function curvature(x: SymbolicTensor): SymbolicTensor {
  const d = add(abs(x), 1);
  return div(mul(sign(x), -2), mul(square(d), d));
}

/** Gradient of softsign, `dx = dy / (1 + |x|)^2`. */
const softsignGrad: Op = /* @__PURE__ */ defineOp({
  name: "softsignGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.softsignGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => [
    needs(0) ? mul(mul(dout, dy!), curvature(x!)) : null,
    softsignGrad(x!, dout),
  ],
  inPlace: 1,
});

/** `x / (1 + |x|)`, element by element. Infinities give NaN, as in PyTorch. */
export const softsign: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "softsign",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.softsign(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [softsignGrad(x!, dout)],
  inPlace: 0,
});
