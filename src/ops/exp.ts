import { type Op, defineOp } from "../graph/defineOp.ts";
import { mul } from "./binary.ts";

/** Exponential, `e^x`, element by element. Overflow gives Infinity; NaN stays NaN. */
export const exp: Op = /* @__PURE__ */ defineOp({
  name: "exp",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.exp(x!, out!, size),
  grad: ({ out, dout }) => [mul(dout, out)],
  inPlace: 0,
});
