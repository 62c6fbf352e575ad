import { balancedAccuracyOf } from "./classCounts.ts";
import { type DecisionOptions, classTerms, countsOf } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Mean recall of the classes that occur: accuracy where rare classes count as much as frequent ones. */
export const balancedAccuracy: (options?: Partial<DecisionOptions>) => Metric =
  /* @__PURE__ */ defineMetric<DecisionOptions>({
    name: "balancedAccuracy",
    defaults: { threshold: 0.5 },
    labels: "any",
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, true),
    result: (sums) => balancedAccuracyOf(countsOf(sums)),
  });
