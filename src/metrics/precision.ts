import { averaged, precisionScore } from "./classCounts.ts";
import {
  CLASS_DEFAULTS,
  type ClassOptions,
  checkAverage,
  classTerms,
  countsOf,
} from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/**
 * Share of the predictions of a class that are right, 0 where there are none.
 *
 * Labels are integers, one-hot, or 0 and 1 of a single output. Classes that neither the labels nor the predictions
 * hold are left out of the mean.
 */
export const precision: (options?: Partial<ClassOptions>) => Metric =
  /* @__PURE__ */ defineMetric<ClassOptions>({
    name: "precision",
    defaults: CLASS_DEFAULTS,
    labels: "any",
    check: (options) => checkAverage("precision", options),
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, false),
    result: (sums, _, { average }) => averaged(countsOf(sums), precisionScore, average),
  });
