import { squaredError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `(y - t)^2`. */
export const meanSquaredError: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "meanSquaredError",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(squaredError(output, target))],
    result: ([total], weight) => total! / weight,
  });
