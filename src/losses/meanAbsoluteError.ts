import { absoluteError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Mean of `|y - t|` over the outputs of a sample; gradient 0 where they agree. */
export const meanAbsoluteError: (options?: Record<never, never>) => Loss =
  /* @__PURE__ */ defineLoss({
    name: "meanAbsoluteError",
    defaults: {},
    labels: "values",
    call: (target, output) => absoluteError(output, target),
  });
