import { type Op, defineOp } from "../../graph/defineOp.ts";
import { sizeOf } from "../../shape.ts";

const softmaxGrad: Op = /* @__PURE__ */ defineOp({
  name: "softmaxGrad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size, out: shape }) => {
    const width = shape.at(-1) ?? 1;
    k.softmaxGrad(y!, dy!, out!, width, width === 0 ? 0 : size / width);
  },
  inPlace: 1,
  flops: ([y]) => 4 * sizeOf(y!),
});

/** `e^x / sum e^x` over the last axis, shifted by the maximum so that nothing overflows. */
export const softmax: Op = /* @__PURE__ */ defineOp({
  name: "softmax",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size, out: shape }) => {
    const width = shape.at(-1) ?? 1;
    k.softmax(x!, out!, width, width === 0 ? 0 : size / width);
  },
  grad: ({ out, dout }) => [softmaxGrad(out, dout)],
  inPlace: 0,
  flops: ([x]) => 10 * sizeOf(x!),
});
