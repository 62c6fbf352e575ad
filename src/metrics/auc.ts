import { checkName } from "../errors.ts";
import { constant } from "../graph/symbolic.ts";
import { mul, sub } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { greater } from "../ops/compare.ts";
import { oneHot } from "../ops/oneHot.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { sum } from "../ops/sum.ts";
import { sizeOf } from "../shape.ts";
import { prArea, rocArea } from "./areas.ts";
import { isIndexed } from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Options of `auc`. */
export interface AucOptions {
  /** Under true over false positive rate, or under precision over recall. Default "ROC". */
  curve: "ROC" | "PR";
  /** Points of the curve, >= 2. Default 200. */
  thresholds: number;
}

/** Thresholds as Keras has them: evenly spaced in (0, 1), and one below 0 and one above 1. */
function thresholdsOf(n: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n }, (_, i) =>
    i === 0 ? -1e-7 : i === n - 1 ? 1 + 1e-7 : i / (n - 1),
  );
}

/**
 * Area under a curve over thresholds on probabilities: an approximation, whose exact form `scores.rocAuc` is.
 *
 * Two classes with integer labels: the probability of class 1. Otherwise each output is a question of its own
 * and all are counted together, as in Keras. ROC by trapezoids, PR by Davis & Goadrich's interpolation.
 * Source: keras.metrics.AUC.
 */
export const auc: (options?: Partial<AucOptions>) => Metric =
  /* @__PURE__ */ defineMetric<AucOptions>({
    name: "auc",
    defaults: { curve: "ROC", thresholds: 200 },
    labels: "any",
    check: ({ curve, thresholds }) => {
      checkName("auc", "curve", curve, ["ROC", "PR"]);
      if (!Number.isInteger(thresholds) || thresholds < 2)
        throw new RangeError(`auc: thresholds must be a whole number >= 2, got ${thresholds}`);
    },
    terms: (target, output, { thresholds }) => {
      const classes = output.shape.at(-1)!;
      const indexed = isIndexed(target, output);
      const t = indexed ? oneHot(target, { classes, on: 1, off: 0 }) : target;
      const [y, yes] =
        indexed && classes === 2
          ? [slice(output, { axis: -1, begin: 1 }), slice(t, { axis: -1, begin: 1 })]
          : [output, t];
      const [batch, n] = [y.shape[0]!, sizeOf(y.shape.slice(1))];
      const at = constant(thresholdsOf(thresholds), [1, 1, thresholds]);
      const over = cast(greater(reshape(y, { shape: [batch, n, 1] }), at), { dtype: "float32" });
      const right = mul(over, reshape(yes, { shape: [batch, n, 1] }));
      return [right, sub(over, right)].map((x) => sum(x, { axis: 1 }));
    },
    result: (sums, _, { curve, thresholds }) => {
      const [right, wrong] = [sums.slice(0, thresholds), sums.slice(thresholds)];
      return curve === "ROC" ? rocArea(right, wrong) : prArea(right, wrong);
    },
  });
