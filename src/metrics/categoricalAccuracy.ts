import { argMax } from "../ops/argMax.ts";
import { equalIntegers } from "../ops/equalIntegers.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Share of samples whose largest output is where the largest target is. */
export const categoricalAccuracy: (options?: Record<never, never>) => Metric = /* @__PURE__ */ defineMetric({
  name: "categoricalAccuracy",
  defaults: {},
  labels: "values",
  terms: (target, output) => [meanPerSample(equalIntegers(argMax(target), argMax(output)))],
  result: ([total], weight) => total! / weight,
});
