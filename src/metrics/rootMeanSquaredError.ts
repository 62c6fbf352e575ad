import { squaredError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Square root of the mean of `(y - t)^2`, over all samples and not over batches. */
export const rootMeanSquaredError: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "rootMeanSquaredError",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(squaredError(output, target))],
    result: ([total], weight) => Math.sqrt(total! / weight),
  });
