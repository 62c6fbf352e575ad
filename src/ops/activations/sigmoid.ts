import { type Op, defineOp } from "../../graph/defineOp.ts";
import { sizeOf } from "../../shape.ts";

const sigmoidGrad: Op = /* @__PURE__ */ defineOp({
  name: "sigmoidGrad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size }) => k.sigmoidGrad(y!, dy!, out!, size),
  inPlace: 1,
});

/** Logistic function, `1 / (1 + e^-x)`, element by element. */
export const sigmoid: Op = /* @__PURE__ */ defineOp({
  name: "sigmoid",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.sigmoid(x!, out!, size),
  grad: ({ out, dout }) => [sigmoidGrad(out, dout)],
  inPlace: 0,
  flops: ([x]) => 10 * sizeOf(x!),
});
