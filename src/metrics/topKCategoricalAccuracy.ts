import { argMax } from "../ops/argMax.ts";
import { inTopK } from "../ops/inTopK.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";
import { type TopKOptions, checkTopK } from "./topK.ts";

/** Share of samples where the class of the largest target is among the k largest outputs: fewer than k are larger. */
export const topKCategoricalAccuracy: (options?: Partial<TopKOptions>) => Metric =
  /* @__PURE__ */ defineMetric<TopKOptions>({
    name: "topKCategoricalAccuracy",
    defaults: { k: 5 },
    labels: "values",
    check: (options) => checkTopK("topKCategoricalAccuracy", options),
    terms: (target, output, { k }) => [meanPerSample(inTopK(output, argMax(target), { k }))],
    result: ([hits], weight) => hits! / weight,
  });
