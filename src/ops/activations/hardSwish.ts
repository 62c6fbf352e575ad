import { type Attrs, type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import { mul, sub } from "../binary.ts";
import { abs } from "../unary.ts";
import { maskPositive } from "./relu.ts";

/** Gradient of hardSwish, `dx = dy (x < -3 ? 0 : x <= 3 ? x / 3 + 1/2 : 1)`. */
const hardSwishGrad: Op = /* @__PURE__ */ defineOp({
  name: "hardSwishGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.hardSwishGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x, dy], dout, needs }) => [
    needs(0) ? maskPositive(sub(3, abs(x!)), mul(mul(dout, dy!), 1 / 3)) : null,
    hardSwishGrad(x!, dout),
  ],
  inPlace: 1,
});

/**
 * `x min(max(x + 3, 0), 6) / 6`. -Infinity gives NaN, as in PyTorch.
 * Source: Howard et al. 2019 (arXiv:1905.02244).
 */
export const hardSwish: ShapedOp<SameShape> = /* @__PURE__ */ defineOp<Attrs, Shaped>({
  name: "hardSwish",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.hardSwish(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [hardSwishGrad(x!, dout)],
  inPlace: 0,
});
