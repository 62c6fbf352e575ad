import { matthewsOf } from "./classCounts.ts";
import { type DecisionOptions, classTerms, countsOf } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Matthews's correlation of predicted and true classes, in [-1, 1]; 0 is chance. Several classes: R_K (Gorodkin 2004). */
export const matthewsCorrelation: (options?: Partial<DecisionOptions>) => Metric =
  /* @__PURE__ */ defineMetric<DecisionOptions>({
    name: "matthewsCorrelation",
    defaults: { threshold: 0.5 },
    labels: "any",
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, true),
    result: (sums) => matthewsOf(countsOf(sums)),
  });
