import { categoricalHingeError } from "../ops/rowLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** `max(max((1 - t) y) - sum t y + 1, 0)` for one-hot targets: the margin to the best wrong class. */
export const categoricalHinge: (options?: Record<never, never>) => Loss =
  /* @__PURE__ */ defineLoss({
    name: "categoricalHinge",
    defaults: {},
    labels: "values",
    call: (target, output) => categoricalHingeError(output, target),
  });
