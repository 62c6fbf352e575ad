import { absoluteError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `|y - t|`. */
export const meanAbsoluteError: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "meanAbsoluteError",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(absoluteError(output, target))],
    result: ([total], weight) => total! / weight,
  });
