import { argMax } from "../ops/argMax.ts";
import { cast } from "../ops/cast.ts";
import { equal } from "../ops/compare.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Share of samples whose largest output is that of the integer label. */
export const sparseCategoricalAccuracy: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "sparseCategoricalAccuracy",
    defaults: {},
    labels: "indices",
    terms: (target, output) => [
      meanPerSample(cast(equal(target, argMax(output)), { dtype: "float32" })),
    ],
    result: ([correct], weight) => correct! / weight,
  });
