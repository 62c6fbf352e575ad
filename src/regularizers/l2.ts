import { mul } from "../ops/binary.ts";
import { sum } from "../ops/sum.ts";
import { type Regularizer, defineRegularizer } from "./regularizer.ts";

/** `l2 * sum w^2`, whose gradient is `2 l2 w` (Keras's; PyTorch's weight_decay is twice its l2). */
export const l2: (options?: { l2?: number }) => Regularizer = /* @__PURE__ */ defineRegularizer({
  name: "l2",
  defaults: { l2: 0.01 },
  penalty: (w, options) => mul(sum(mul(w, w)), options.l2),
});
