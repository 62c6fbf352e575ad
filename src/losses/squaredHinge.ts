import { squaredHingeError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `max(1 - s y, 0)^2`, s = t or -1 where t is 0: labels are -1 and 1, or 0 and 1. */
export const squaredHinge: (options?: Record<never, never>) => Loss = /* @__PURE__ */ defineLoss({
  name: "squaredHinge",
  defaults: {},
  labels: "values",
  call: (target, output) => squaredHingeError(output, target),
});
