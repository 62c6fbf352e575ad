import { iouScore, scoresByClass } from "./classCounts.ts";
import { type DecisionOptions, classTerms, countsOf } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Options of `iou`. */
export interface IouOptions extends DecisionOptions {
  /** Classes whose mean is taken; of a single output 1 is yes. Default [1]. */
  classes: readonly number[];
}

/** Intersection over union of chosen classes; those that do not occur are left out. */
export const iou: (options?: Partial<IouOptions>) => Metric =
  /* @__PURE__ */ defineMetric<IouOptions>({
    name: "iou",
    defaults: { classes: [1], threshold: 0.5 },
    labels: "any",
    check: ({ classes }) => {
      if (classes.length === 0 || classes.some((c) => !Number.isInteger(c) || c < 0))
        throw new RangeError(`iou: classes must be whole numbers >= 0, got [${classes.join()}]`);
    },
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, true),
    result: (sums, _, { classes }) => {
      const scores = scoresByClass(countsOf(sums), iouScore);
      const own = classes.map((c) => scores[c] ?? Number.NaN).filter((s) => !Number.isNaN(s));
      return own.length === 0 ? 0 : own.reduce((a, b) => a + b) / own.length;
    },
  });
