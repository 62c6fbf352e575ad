import { DataError, OptionError, ShapeError, withDefaults } from "../errors.ts";
import { printShape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fitLogistic, predictLogistic } from "./baselines/logistic.ts";
import { fitRidge, predictLinear } from "./baselines/ridge.ts";
import { type RegressionScores, accuracyOf, regressionScores } from "./baselines/scores.ts";

/** Features float32[n, d] and one target a row: class indices, or numbers. */
export interface BaselineData {
  readonly xTrain: Tensor;
  readonly yTrain: Tensor;
  readonly xTest: Tensor;
  readonly yTest: Tensor;
}

/** The most features that ridge regression is solved for: its matrix has their square. */
export const MAXIMUM_RIDGE_FEATURES = 2000;

export interface LinearOptions {
  /** Penalty on the weights: alpha |w|^2 beside the squared errors, |w|^2 / 2 beside C times the log losses. */
  alpha: number;
  c: number;
  /** Work to spend; 2e9 is about a second. Fewer rows are used where it does not suffice. */
  flops: number;
}

const DEFAULTS: LinearOptions = { alpha: 1, c: 1, flops: 2e9 };

function checkTarget(subject: string, y: Tensor): void {
  const rows = y.shape[0] ?? 0;
  if (rows === 0 || y.size !== rows) {
    throw new ShapeError(
      `${subject}: targets must be one a row, [rows] or [rows, 1] with a row or more, got ${printShape(y.shape)}`,
    );
  }
}

function checkClasses(subject: string, y: Tensor): void {
  checkTarget(subject, y);
  const wrong = y.data.find((value) => !Number.isInteger(value) || value < 0);
  if (wrong !== undefined)
    throw new DataError(`${subject}: targets must be class indices, got ${wrong}`);
}

function checkLinear(
  subject: string,
  { xTrain, yTrain, xTest, yTest }: BaselineData,
  options: LinearOptions,
): void {
  const d = xTrain.shape[1];
  for (const [x, y] of [
    [xTrain, yTrain],
    [xTest, yTest],
  ] as const) {
    checkTarget(subject, y);
    if (x.shape.length !== 2 || x.shape[1] !== d || x.shape[0] !== y.shape[0]) {
      throw new ShapeError(
        `${subject}: features must be [${y.shape[0]}, ${d}], got ${printShape(x.shape)}`,
      );
    }
    if (!x.data.every(Number.isFinite))
      throw new DataError(`${subject}: features must be finite; fill gaps first`);
  }
  for (const name of ["alpha", "c", "flops"] as const) {
    if (!(options[name] > 0 && options[name] < Infinity)) {
      throw new OptionError(
        `${subject}: ${name} must be a finite number > 0, got ${options[name]}`,
      );
    }
  }
}

/** Always the most frequent class of the training targets; of equals the lowest. @throws ShapeError, DataError */
export function majorityBaseline({ yTrain, yTest }: Pick<BaselineData, "yTrain" | "yTest">): {
  accuracy: number;
  class: number;
} {
  checkClasses("majorityBaseline", yTrain);
  checkClasses("majorityBaseline", yTest);
  const counts = new Map<number, number>();
  for (const label of yTrain.data) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [[best]] = [...counts].sort(([a, n], [b, m]) => m - n || a - b) as [[number, number]];
  return { accuracy: accuracyOf(yTest.data, new Int32Array(yTest.size).fill(best)), class: best };
}

/** Always the mean of the training targets. @throws ShapeError */
export function meanBaseline({
  yTrain,
  yTest,
}: Pick<BaselineData, "yTrain" | "yTest">): RegressionScores & { mean: number } {
  checkTarget("meanBaseline", yTrain);
  checkTarget("meanBaseline", yTest);
  let sum = 0;
  for (const value of yTrain.data) sum += value;
  const mean = sum / yTrain.size;
  return { ...regressionScores(yTest.data, new Float64Array(yTest.size).fill(mean)), mean };
}

/**
 * Ridge regression, scored on the test rows. Features should be standardised: the penalty is on their scale.
 *
 * @throws ShapeError, OptionError
 * @throws DataError if there are more than 2000 features, or some are not finite
 */
export function ridgeBaseline(
  data: BaselineData,
  options: Partial<LinearOptions> = {},
): RegressionScores & { rowsUsed: number } {
  const full = withDefaults("ridgeBaseline", DEFAULTS, options);
  checkLinear("ridgeBaseline", data, full);
  const { xTrain, yTrain, xTest, yTest } = data;
  const d = xTrain.shape[1]!;
  if (d > MAXIMUM_RIDGE_FEATURES) {
    throw new DataError(
      `ridgeBaseline: features must be at most ${MAXIMUM_RIDGE_FEATURES}, got ${d}; leave the baseline out`,
    );
  }
  const model = fitRidge(xTrain.data, yTrain.data, d, full.alpha, full.flops);
  return {
    ...regressionScores(yTest.data, predictLinear(model, xTest.data, yTest.size)),
    rowsUsed: model.rowsUsed,
  };
}

/** Scores of a logistic regression, and how much of the work was done. */
export interface LogisticScores {
  readonly accuracy: number;
  readonly rowsUsed: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/**
 * Multinomial logistic regression, scored on the test rows.
 *
 * @throws ShapeError, OptionError
 * @throws DataError if targets are no class indices, or features are not finite
 */
export function logisticBaseline(
  data: BaselineData,
  options: Partial<LinearOptions> = {},
): LogisticScores {
  const full = withDefaults("logisticBaseline", DEFAULTS, options);
  checkLinear("logisticBaseline", data, full);
  const { xTrain, yTrain, xTest, yTest } = data;
  checkClasses("logisticBaseline", yTrain);
  checkClasses("logisticBaseline", yTest);
  let classes = 2;
  for (const label of yTrain.data) classes = Math.max(classes, label + 1);
  const model = fitLogistic(
    xTrain.data,
    yTrain.data,
    xTrain.shape[1]!,
    classes,
    full.c,
    full.flops,
  );
  const { rowsUsed, evaluations, converged } = model;
  return {
    accuracy: accuracyOf(yTest.data, predictLogistic(model, xTest.data, yTest.size)),
    rowsUsed,
    evaluations,
    converged,
  };
}
