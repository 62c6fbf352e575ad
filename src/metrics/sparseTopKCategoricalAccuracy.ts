import { inTopK } from "../ops/inTopK.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";
import { type TopKOptions, checkTopK } from "./topK.ts";

/** Share of samples where the integer label is among the k largest outputs: fewer than k are larger. */
export const sparseTopKCategoricalAccuracy: (options?: Partial<TopKOptions>) => Metric =
  /* @__PURE__ */ defineMetric<TopKOptions>({
    name: "sparseTopKCategoricalAccuracy",
    defaults: { k: 5 },
    labels: "indices",
    check: (options) => checkTopK("sparseTopKCategoricalAccuracy", options),
    terms: (target, output, { k }) => [meanPerSample(inTopK(output, target, { k }))],
    result: ([hits], weight) => hits! / weight,
  });
