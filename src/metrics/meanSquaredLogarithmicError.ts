import type { SymbolicTensor } from "../graph/symbolic.ts";
import { clamp } from "../ops/clamp.ts";
import { squaredError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { log1p } from "../ops/unary.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `(log(1 + y) - log(1 + t))^2`; numbers below 0 count as 0, as in Keras. */
export const meanSquaredLogarithmicError: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "meanSquaredLogarithmicError",
    defaults: {},
    labels: "values",
    terms: (target, output) => {
      const logOf = (x: SymbolicTensor): SymbolicTensor =>
        log1p(clamp(x, { min: 0, max: Infinity }));
      return [meanPerSample(squaredError(logOf(output), logOf(target)))];
    },
    result: ([total], weight) => total! / weight,
  });
