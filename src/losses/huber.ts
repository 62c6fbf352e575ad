import { huberError } from "../ops/elementLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Options of `huber`. */
export interface HuberOptions {
  /** Error from which on the loss is linear, > 0. Default 1. */
  delta: number;
}

/**
 * With e = y - t, the mean of `e^2 / 2` where `|e| <= delta`, otherwise `delta (|e| - delta / 2)`.
 * Source: Huber 1964. PyTorch's smooth_l1 is this divided by its beta.
 */
export const huber: (options?: Partial<HuberOptions>) => Loss =
  /* @__PURE__ */ defineLoss<HuberOptions>({
    name: "huber",
    defaults: { delta: 1 },
    labels: "values",
    check: ({ delta }) => {
      if (!(delta > 0 && delta < Infinity))
        throw new RangeError(`huber: delta must be > 0, got ${String(delta)}`);
    },
    call: (target, output, { delta }) => huberError(output, target, { delta }),
  });
