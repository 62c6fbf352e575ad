import { type Attrs, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";

/** The identity, `x`: no activation. */
export const linear: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "linear",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: () => {},
  grad: ({ dout }) => [dout],
  view: true,
});
