import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  categoricalCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/**
 * `-sum t log p` over the last axis, for one-hot or soft targets. An output that comes from softmax is fused with it, so
 * that nothing is lost where a probability rounds to 0; other probabilities are clipped to [1e-7, 1 - 1e-7].
 */
export const categoricalCrossentropy: (options?: Partial<CrossentropyOptions>) => Loss =
  /* @__PURE__ */ defineLoss<CrossentropyOptions>({
    name: "categoricalCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "values",
    check: (options) => checkCrossentropy("categoricalCrossentropy", options),
    call: categoricalCrossentropyOf,
  });
