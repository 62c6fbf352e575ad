import { averaged, fBetaScore } from "./classCounts.ts";
import {
  CLASS_DEFAULTS,
  type ClassOptions,
  checkAverage,
  classTerms,
  countsOf,
} from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/**
 * Harmonic mean of precision and recall, `2 hits / (predicted + actual)`; the Dice coefficient.
 *
 * Labels are integers, one-hot, or 0 and 1 of a single output. Classes that neither the labels nor the predictions
 * hold are left out of the mean.
 */
export const f1: (options?: Partial<ClassOptions>) => Metric =
  /* @__PURE__ */ defineMetric<ClassOptions>({
    name: "f1",
    defaults: CLASS_DEFAULTS,
    labels: "any",
    check: (options) => checkAverage("f1", options),
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, false),
    result: (sums, _, { average }) => averaged(countsOf(sums), fBetaScore(1), average),
  });
