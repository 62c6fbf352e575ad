import { logCoshError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `log cosh (y - t)` over the outputs of a sample: about `e^2 / 2` for small errors, `|e| - log 2` for large ones. */
export const logCosh: (options?: Record<never, never>) => Loss = /* @__PURE__ */ defineLoss({
  name: "logCosh",
  defaults: {},
  labels: "values",
  call: (target, output) => logCoshError(output, target),
});
