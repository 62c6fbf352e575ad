import { type Attrs, defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** `-x`, element by element. */
export const neg: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "neg",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.neg(x!, out!, size),
  grad: ({ dout }) => [neg(dout)],
  inPlace: 0,
});
