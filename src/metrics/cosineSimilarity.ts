import { meanPerSample } from "../ops/perSample.ts";
import { cosine } from "../ops/rowLosses.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean cosine of the angle between output and target over the last axis; 1 is best (the loss is its negative). */
export const cosineSimilarity: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "cosineSimilarity",
    defaults: {},
    labels: "values",
    terms: (target, output) => [meanPerSample(cosine(output, target))],
    result: ([total], weight) => total! / weight,
  });
