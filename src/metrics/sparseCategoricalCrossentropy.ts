import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  sparseCategoricalCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `-log p[label]`: the loss of that name, without penalties. */
export const sparseCategoricalCrossentropy: (options?: Partial<CrossentropyOptions>) => Metric =
  /* @__PURE__ */ defineMetric<CrossentropyOptions>({
    name: "sparseCategoricalCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "indices",
    check: (options) => checkCrossentropy("sparseCategoricalCrossentropy", options),
    terms: (target, output, options) => [
      meanPerSample(sparseCategoricalCrossentropyOf(target, output, options)),
    ],
    result: ([total], weight) => total! / weight,
  });
