import { type Attrs, defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";
import { bytesOf } from "../shape.ts";

/** The same elements in a buffer of their own. */
export const copy: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "copy",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: (k, { x, out }, { size, dtype }) => k.copyBytes(x!, out!, size * bytesOf(dtype)),
  grad: ({ dout }) => [dout],
});
