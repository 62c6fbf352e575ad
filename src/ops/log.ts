import { type Op, defineOp } from "../graph/defineOp.ts";
import { div } from "./binary.ts";

/** Natural logarithm, element by element. 0 gives -Infinity, negative x gives NaN. */
export const log: Op = /* @__PURE__ */ defineOp({
  name: "log",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.log(x!, out!, size),
  grad: ({ inputs, dout }) => [div(dout, inputs[0])],
  inPlace: 0,
});
