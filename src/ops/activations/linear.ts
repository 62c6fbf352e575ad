import { type Op, defineOp } from "../../graph/defineOp.ts";

/** The identity, `x`: no activation. */
export const linear: Op = /* @__PURE__ */ defineOp({
  name: "linear",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: () => {},
  grad: ({ dout }) => [dout],
  view: true,
});
