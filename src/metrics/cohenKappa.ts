import { kappaOf } from "./classCounts.ts";
import { type DecisionOptions, classTerms, countsOf } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Cohen's kappa, the agreement beyond chance, `(seen - chance) / (1 - chance)`. */
export const cohenKappa: (options?: Partial<DecisionOptions>) => Metric =
  /* @__PURE__ */ defineMetric<DecisionOptions>({
    name: "cohenKappa",
    defaults: { threshold: 0.5 },
    labels: "any",
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, true),
    result: (sums) => kappaOf(countsOf(sums)),
  });
