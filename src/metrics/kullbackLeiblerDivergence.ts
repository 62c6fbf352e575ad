import { klDivergence } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { sum } from "../ops/sum.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `sum t log(t / p)` over the last axis. */
export const kullbackLeiblerDivergence: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "kullbackLeiblerDivergence",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(sum(klDivergence(output, target), { axis: -1 }))],
    result: ([total], weight) => total! / weight,
  });
