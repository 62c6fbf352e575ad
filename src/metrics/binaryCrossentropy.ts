import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  binaryCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `-(t log p + (1 - t) log(1 - p))`: the loss of that name, without penalties. */
export const binaryCrossentropy: (options?: Partial<CrossentropyOptions>) => Metric =
  /* @__PURE__ */ defineMetric<CrossentropyOptions>({
    name: "binaryCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "values",
    check: (options) => checkCrossentropy("binaryCrossentropy", options),
    terms: (target, output, options) => [
      meanPerSample(binaryCrossentropyOf(target, output, options)),
    ],
    result: ([total], weight) => total! / weight,
  });
