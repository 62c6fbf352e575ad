import { type Attrs, defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** x itself, through which no gradient passes: PyTorch's detach. Moves nothing. */
export const stopGradient: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "stopGradient",
  inputs: ["x"],
  shape: ([x]) => x!,
  dtype: ([x]) => x!,
  emit: () => {},
  grad: () => [null],
  view: true,
});
