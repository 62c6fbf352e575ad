import type { Tensor } from "../tensor/tensor.ts";
import { type BaselineData, MAXIMUM_RIDGE_FEATURES, logisticBaseline, majorityBaseline, meanBaseline, ridgeBaseline } from "../train/baselines.ts";
import { accuracyOf, regressionScores } from "../train/baselines/scores.ts";
import type { Problem } from "./problems/problem.ts";

/** Work that the linear baseline may take; about a quarter of a second. */
const LINEAR_FLOPS = 2e8;

/** A way of predicting, and how it does on the test rows. */
export interface Contender {
  readonly name: string;
  /** Accuracy, or the root of the mean squared error in the target's unit. */
  readonly score: number;
}

/** What the test rows say. */
export interface Outcome {
  /** "test accuracy" or "test RMSE". */
  readonly measure: string;
  readonly score: number;
  /** Share of the variance that is explained; null for a classification. */
  readonly r2: number | null;
  /** The network first, then what it must beat. */
  readonly contenders: readonly Contender[];
  /** The class that is predicted for each test row, or its number in the target's unit. */
  readonly predicted: ArrayLike<number>;
  /** Probability of the predicted class; null for a regression. */
  readonly confidence: Float32Array | null;
  /** The test rows' classes or numbers, in the target's unit. */
  readonly truth: ArrayLike<number>;
}

/** The most probable class of each row, and its probability. */
export function classesOf(probabilities: Tensor): { classes: Int32Array; confidence: Float32Array } {
  const [rows, width] = probabilities.shape as [number, number];
  const classes = new Int32Array(rows);
  const confidence = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let c = 1; c < width; c++) {
      if (probabilities.data[row * width + c]! > probabilities.data[row * width + best]!) best = c;
    }
    classes[row] = best;
    confidence[row] = probabilities.data[row * width + best]!;
  }
  return { classes, confidence };
}

/** Compares predictions of the test rows with the truth, and with what needs no network. */
export function outcomeOf({ task, parts, target, classNames }: Problem, output: Tensor): Outcome {
  const data: BaselineData = { xTrain: parts.train.x, yTrain: parts.train.y, xTest: parts.test.x, yTest: parts.test.y };
  const linear = (parts.train.x.shape[1] ?? 0) <= MAXIMUM_RIDGE_FEATURES;
  if (task === "classification") {
    const { classes, confidence } = classesOf(output);
    const truth = parts.test.y.data;
    const score = accuracyOf(truth, classes);
    const most = majorityBaseline(data);
    return {
      measure: "test accuracy",
      score,
      r2: null,
      contenders: [
        { name: "this network", score },
        ...(linear ? [{ name: "a linear model", score: logisticBaseline(data, { flops: LINEAR_FLOPS }).accuracy }] : []),
        { name: `always "${classNames![most.class]}"`, score: most.accuracy },
      ],
      predicted: classes,
      confidence,
      truth,
    };
  }
  const unit = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, (z) => z * target.std + target.mean);
  const [truth, predicted] = [unit(parts.test.y.data), unit(output.data)];
  const { rmse, r2 } = regressionScores(truth, predicted);
  return {
    measure: "test RMSE",
    score: rmse,
    r2,
    contenders: [
      { name: "this network", score: rmse },
      ...(linear ? [{ name: "a linear model", score: ridgeBaseline(data, { flops: LINEAR_FLOPS }).rmse * target.std }] : []),
      { name: "always the mean", score: meanBaseline(data).rmse * target.std },
    ],
    predicted,
    confidence: null,
    truth,
  };
}
