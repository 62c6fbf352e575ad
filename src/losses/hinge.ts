import { hingeError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `max(1 - s y, 0)`, s = t or -1 where t is 0: labels are -1 and 1, or 0 and 1. (Keras decides for a batch as a whole.) */
export const hinge: (options?: Record<never, never>) => Loss = /* @__PURE__ */ defineLoss({
  name: "hinge",
  defaults: {},
  labels: "values",
  call: (target, output) => hingeError(output, target),
});
