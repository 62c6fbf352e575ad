import { poissonError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `y - t log(y + 1e-7)`. */
export const poisson: (options?: Record<never, never>) => Metric = /* @__PURE__ */ defineMetric({
  name: "poisson",
  defaults: {},
  labels: "values",
  terms: (target, output) => [meanPerSample(poissonError(output, target))],
  result: ([total], weight) => total! / weight,
});
