import { type Op, defineOp } from "../graph/defineOp.ts";

/** x itself, through which no gradient passes: PyTorch's detach. Moves nothing. */
export const stopGradient: Op = /* @__PURE__ */ defineOp({
  name: "stopGradient",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: () => {},
  grad: () => [null],
  view: true,
});
