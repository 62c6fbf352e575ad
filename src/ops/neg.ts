import { type Op, defineOp } from "../graph/defineOp.ts";

/** `-x`, element by element. */
export const neg: Op = /* @__PURE__ */ defineOp({
  name: "neg",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.neg(x!, out!, size),
  grad: ({ dout }) => [neg(dout)],
  inPlace: 0,
});
