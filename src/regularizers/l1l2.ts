import { add } from "../ops/binary.ts";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { type Regularizer, defineRegularizer } from "./regularizer.ts";

/** `l1 * sum |w| + l2 * sum w^2`, whose gradient is `l1 sign(w) + 2 l2 w`. Both are 0 if left out, as in Keras. */
export const l1l2: (options?: { l1?: number; l2?: number }) => Regularizer =
  /* @__PURE__ */ defineRegularizer({
    name: "l1l2",
    defaults: { l1: 0, l2: 0 },
    penalty: (w, options) =>
      add(l1({ l1: options.l1 }).penalty(w), l2({ l2: options.l2 }).penalty(w)),
  });
