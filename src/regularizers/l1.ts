import { constant } from "../graph/symbolic.ts";
import { absoluteError } from "../ops/elementLosses.ts";
import { mul } from "../ops/binary.ts";
import { fill } from "../ops/fill.ts";
import { sum } from "../ops/sum.ts";
import { type Regularizer, defineRegularizer } from "./regularizer.ts";

/** `l1 * sum |w|`, whose gradient is `l1 sign(w)`, 0 at 0. */
export const l1: (options?: { l1?: number }) => Regularizer = /* @__PURE__ */ defineRegularizer({
  name: "l1",
  defaults: { l1: 0.01 },
  penalty: (w, options) =>
    mul(sum(absoluteError(w, fill(constant(0), { shape: w.shape }))), options.l1),
});
