import { poissonError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `y - t log(y + 1e-7)`, for counts t at a rate y that is not negative. */
export const poisson: (options?: Record<never, never>) => Loss = /* @__PURE__ */ defineLoss({
  name: "poisson",
  defaults: {},
  labels: "values",
  call: (target, output) => poissonError(output, target),
});
