import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  sparseCategoricalCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/**
 * `-log p[label]` for integer labels. An output that comes from softmax is fused with it, so that nothing is lost
 * where a probability rounds to 0; other probabilities are clipped to [1e-7, 1 - 1e-7].
 */
export const sparseCategoricalCrossentropy: (options?: Partial<CrossentropyOptions>) => Loss =
  /* @__PURE__ */ defineLoss<CrossentropyOptions>({
    name: "sparseCategoricalCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "indices",
    check: (options) => checkCrossentropy("sparseCategoricalCrossentropy", options),
    call: sparseCategoricalCrossentropyOf,
  });
