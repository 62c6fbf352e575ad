import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";

/** Gradient of hardSigmoid, `dx = -3 < x < 3 ? dy / 6 : 0`. */
const hardSigmoidGrad: Op = /* @__PURE__ */ defineOp({
  name: "hardSigmoidGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.hardSigmoidGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x], dout }) => [null, hardSigmoidGrad(x!, dout)],
  inPlace: 1,
});

/** `min(max(x + 3, 0), 6) / 6`, the form of PyTorch and Keras 3 (Keras 2 had slope 0.2). NaN stays NaN. */
export const hardSigmoid: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "hardSigmoid",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.hardSigmoid(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [hardSigmoidGrad(x!, dout)],
  inPlace: 0,
});
