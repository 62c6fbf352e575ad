import { averaged, iouScore } from "./classCounts.ts";
import { type DecisionOptions, classTerms, countsOf } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Intersection over union of the predicted and true positions of a class, `hits / (predicted + actual - hits)`, as the mean over the classes that occur. */
export const meanIoU: (options?: Partial<DecisionOptions>) => Metric =
  /* @__PURE__ */ defineMetric<DecisionOptions>({
    name: "meanIoU",
    defaults: { threshold: 0.5 },
    labels: "any",
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, true),
    result: (sums) => averaged(countsOf(sums), iouScore, "macro"),
  });
