import { div } from "../ops/binary.ts";
import { clamp } from "../ops/clamp.ts";
import { absoluteError } from "../ops/elementLosses.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { abs } from "../ops/unary.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean of `100 |y - t| / max(|t|, 1e-7)`, in percent, as Keras has it: targets at 0 make it enormous. */
export const meanAbsolutePercentageError: (options?: Record<never, never>) => Metric =
  /* @__PURE__ */ defineMetric({
    name: "meanAbsolutePercentageError",
    defaults: {},
    labels: "values",
    terms: (target, output) => [
      meanPerSample(
        div(absoluteError(output, target), clamp(abs(target), { min: 1e-7, max: Infinity })),
      ),
    ],
    result: ([total], weight) => (100 * total!) / weight,
  });
