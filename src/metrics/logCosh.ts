import { logCoshError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `log cosh (y - t)`. */
export const logCosh: (options?: Record<never, never>) => Metric = /* @__PURE__ */ defineMetric({
  name: "logCosh",
  defaults: {},
  labels: "values",
  terms: (target, output) => [meanPerSample(logCoshError(output, target))],
  result: ([total], weight) => total! / weight,
});
