import {
  CROSSENTROPY_DEFAULTS,
  type CrossentropyOptions,
  categoricalCrossentropyOf,
  checkCrossentropy,
} from "../ops/crossentropies.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `-sum t log p`: the loss of that name, without penalties. */
export const categoricalCrossentropy: (options?: Partial<CrossentropyOptions>) => Metric =
  /* @__PURE__ */ defineMetric<CrossentropyOptions>({
    name: "categoricalCrossentropy",
    defaults: CROSSENTROPY_DEFAULTS,
    labels: "values",
    check: (options) => checkCrossentropy("categoricalCrossentropy", options),
    terms: (target, output, options) => [
      meanPerSample(categoricalCrossentropyOf(target, output, options)),
    ],
    result: ([total], weight) => total! / weight,
  });
