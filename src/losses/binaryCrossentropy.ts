import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  binaryCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/**
 * Mean of `-(t log p + (1 - t) log(1 - p))` over the outputs of a sample. An output that comes from sigmoid is fused with
 * it, so that nothing is lost where a probability rounds to 0 or 1; others are clipped to [1e-7, 1 - 1e-7].
 */
export const binaryCrossentropy: (options?: Partial<CrossentropyOptions>) => Loss =
  /* @__PURE__ */ defineLoss<CrossentropyOptions>({
    name: "binaryCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "values",
    check: (options) => checkCrossentropy("binaryCrossentropy", options),
    call: binaryCrossentropyOf,
  });
