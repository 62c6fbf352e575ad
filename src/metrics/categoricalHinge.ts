import { meanPerSample } from "../ops/perSample.ts";
import { categoricalHingeError } from "../ops/rowLosses.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `max(max((1 - t) y) - sum t y + 1, 0)`. */
export const categoricalHinge: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "categoricalHinge",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(categoricalHingeError(output, target))],
    result: ([total], weight) => total! / weight,
  });
