import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";

/** Gradient of relu from its output, `dx = y > 0 ? dy : 0`. */
const reluGrad: Op = /* @__PURE__ */ defineOp({
  name: "reluGrad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size }) => k.reluGrad(y!, dy!, out!, size),
  grad: ({ inputs, dout }) => [null, reluGrad(inputs[0]!, dout)],
  inPlace: 1,
});

/** Rectified linear unit, `max(x, 0)`, element by element. NaN stays NaN. */
export const relu: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "relu",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.relu(x!, out!, size),
  grad: ({ out, dout }) => [reluGrad(out, dout)],
  inPlace: 0,
});

/** `x > 0 ? y : 0`: what units that are linear above 0 subtract in their second derivatives. @internal */
export function maskPositive(x: SymbolicTensor, y: SymbolicTensor): SymbolicTensor {
  return reluGrad(x, y);
}
