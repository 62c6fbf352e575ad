import { type Attrs, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { exp } from "../unary.ts";

/** `e^x`, by the name that Keras gives it as an activation. */
export const exponential: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  ...exp.definition,
  name: "exponential",
});
