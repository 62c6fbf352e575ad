import { squaredHingeError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `max(1 - s y, 0)^2`, s = t or -1 where t is 0. */
export const squaredHinge: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "squaredHinge",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(squaredHingeError(output, target))],
    result: ([total], weight) => total! / weight,
  });
