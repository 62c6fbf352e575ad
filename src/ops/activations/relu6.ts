import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";

/** Gradient of relu6 from its output, `dx = 0 < y < 6 ? dy : 0`. */
const relu6Grad: Op = /* @__PURE__ */ defineOp({
  name: "relu6Grad",
  inputs: ["y", "dy"],
  shape: ([y]) => y!,
  emit: (k, { y, dy, out }, { size }) => k.relu6Grad(y!, dy!, out!, size),
  grad: ({ inputs: [y], dout }) => [null, relu6Grad(y!, dout)],
  inPlace: 1,
});

/** `min(max(x, 0), 6)`, element by element. NaN stays NaN. */
export const relu6: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "relu6",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.relu6(x!, out!, size),
  grad: ({ out, dout }) => [relu6Grad(out, dout)],
  inPlace: 0,
});
