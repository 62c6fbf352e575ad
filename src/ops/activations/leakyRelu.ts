import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";

type LeakyReluAttrs = {
  /** Slope below 0. */
  negativeSlope: number;
};

/** Gradient of leakyRelu, `dx = x > 0 ? dy : negativeSlope dy`. */
const leakyReluGrad: Op<LeakyReluAttrs> = /* @__PURE__ */ defineOp<LeakyReluAttrs>({
  name: "leakyReluGrad",
  inputs: ["x", "dy"],
  attrs: { negativeSlope: 0.01 },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) =>
    k.leakyReluGrad(x!, dy!, out!, attrs.negativeSlope, size),
  grad: ({ inputs: [x], dout, attrs }) => [null, leakyReluGrad(x!, dout, attrs)],
  inPlace: 1,
});

/** Leaky rectifier, `x > 0 ? x : negativeSlope x`, slope 0.01 by default (Keras's layer has 0.3). NaN stays NaN. */
export const leakyRelu: ShapedOp<SameShape, LeakyReluAttrs> = /* @__PURE__ */ defineOp<
  LeakyReluAttrs,
  Shaped
>({
  name: "leakyRelu",
  inputs: ["x"],
  attrs: { negativeSlope: 0.01 },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size, attrs }) => k.leakyRelu(x!, out!, attrs.negativeSlope, size),
  grad: ({ inputs: [x], dout, attrs }) => [leakyReluGrad(x!, dout, attrs)],
  inPlace: 0,
});
