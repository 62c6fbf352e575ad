import { squaredError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `(y - t)^2` over the outputs of a sample. */
export const meanSquaredError: (options?: Record<never, never>) => Loss =
  /* @__PURE__ */ defineLoss({
    name: "meanSquaredError",
    defaults: {},
    labels: "values",
    call: (target, output) => squaredError(output, target),
  });
