import { type Op, defineOp } from "../graph/defineOp.ts";
import { bytesOf } from "../shape.ts";

/** The same elements in a buffer of their own. */
export const copy: Op = /* @__PURE__ */ defineOp({
  name: "copy",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: (k, { x, out }, { size, dtype }) => k.copyBytes(x!, out!, size * bytesOf(dtype)),
  grad: ({ dout }) => [dout],
});
