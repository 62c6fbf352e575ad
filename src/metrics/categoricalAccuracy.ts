import { argMax } from "../ops/argMax.ts";
import { cast } from "../ops/cast.ts";
import { equal } from "../ops/compare.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Share of samples whose largest output is where the largest target is. */
export const categoricalAccuracy: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "categoricalAccuracy",
    defaults: {},
    labels: "values",
    terms: (target, output) => [
      meanPerSample(cast(equal(argMax(target), argMax(output)), { dtype: "float32" })),
    ],
    result: ([total], weight) => total! / weight,
  });
