import { klDivergence } from "../ops/elementLosses.ts";
import { sum } from "../ops/sum.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** `sum t log(t / p)` over the last axis, both clipped to [1e-7, 1] as in Keras. */
export const kullbackLeiblerDivergence: (options?: Record<never, never>) => Loss =
  /* @__PURE__ */ defineLoss({
    name: "kullbackLeiblerDivergence",
    defaults: {},
    labels: "values",
    call: (target, output) => sum(klDivergence(output, target), { axis: -1 }),
  });
