import * as scores from "../../src/metrics/scores/index.ts";
import { closeBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import { type Encoded, type GoldenFile, decode } from "./golden.ts";

/** A case of hpo/metrics.json. */
interface MetricCase {
  readonly kind: "classification" | "regression";
  readonly y_true: readonly number[] | Encoded;
  readonly y_pred: readonly number[] | Encoded;
  readonly proba?: Encoded;
  readonly expected: Readonly<Record<string, number | readonly (readonly number[])[]>>;
}

type Score = (t: Float64Array, p: Float64Array, proba: Float64Array) => number | number[];

const averages = (["macro", "micro", "weighted"] as const).flatMap((average) =>
  (["precision", "recall", "f1"] as const).map((name): [string, Score] => [
    `${name}_${average}`,
    (t, p) => scores[name](t, p, { average }),
  ]),
);

/** Ours by scikit-learn's names. */
const SCORES: Readonly<Record<string, Score>> = {
  accuracy: (t, p) => scores.accuracy(t, p),
  confusion_matrix: (t, p) => scores.confusionMatrix(t, p).flat(),
  log_loss: (t, _, proba) => scores.logLoss(t, proba),
  top2_accuracy: (t, _, proba) => scores.topKAccuracy(t, proba, { k: 2 }),
  cohen_kappa: (t, p) => scores.cohenKappa(t, p),
  balanced_accuracy: (t, p) => scores.balancedAccuracy(t, p),
  ...Object.fromEntries(averages),
  roc_auc: (t, _, proba) => scores.rocAuc(t, proba),
  average_precision: (t, _, proba) => scores.averagePrecision(t, proba),
  matthews: (t, p) => scores.matthewsCorrelation(t, p),
  brier: (t, _, proba) => scores.brier(t, proba),
  mse: (t, p) => scores.meanSquaredError(t, p),
  rmse: (t, p) => scores.rootMeanSquaredError(t, p),
  mae: (t, p) => scores.meanAbsoluteError(t, p),
  r2: (t, p) => scores.r2(t, p),
  explained_variance: (t, p) => scores.explainedVariance(t, p),
  max_error: (t, p) => scores.maxError(t, p),
  median_ae: (t, p) => scores.medianAbsoluteError(t, p),
};

const numbers = (given: readonly number[] | Encoded): Float64Array =>
  Array.isArray(given) ? Float64Array.from(given as number[]) : decode(given as Encoded);

/** Both sides compute in float64: what differs is the order of a few additions. */
const BOUND = closeBound(1e-13, 1e-12);

/** The checks of a file of format golden-metrics/1: one for each figure of each case. */
export function metricChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).flatMap(({ id, value }) => {
    const c = value as MetricCase;
    return Object.entries(c.expected).map(([name, expected]) => ({
      file: path,
      group: c.kind,
      id: `${id} ${name}`,
      run: async () => {
        const score = SCORES[name];
        if (!score) throw new TypeError(`score "${name}" is not known here`);
        const [t, p] = [numbers(c.y_true), numbers(c.y_pred)];
        const got = score(t, p, c.proba ? decode(c.proba) : new Float64Array());
        return worstRatio([got].flat(), [expected].flat(2), BOUND);
      },
    }));
  });
}
