import { averaged, recallScore } from "./classCounts.ts";
import {
  CLASS_DEFAULTS,
  type ClassOptions,
  checkAverage,
  classTerms,
  countsOf,
} from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/**
 * Share of a class that is found, 0 where there is none.
 *
 * Labels are integers, one-hot, or 0 and 1 of a single output. Classes that neither the labels nor the predictions
 * hold are left out of the mean.
 */
export const recall: (options?: Partial<ClassOptions>) => Metric =
  /* @__PURE__ */ defineMetric<ClassOptions>({
    name: "recall",
    defaults: CLASS_DEFAULTS,
    labels: "any",
    check: (options) => checkAverage("recall", options),
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, false),
    result: (sums, _, { average }) => averaged(countsOf(sums), recallScore, average),
  });
