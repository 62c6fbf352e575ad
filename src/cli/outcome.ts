import type { Tensor } from "../tensor/tensor.ts";
import {
  type BaselineData,
  MAXIMUM_RIDGE_FEATURES,
  logisticBaseline,
  majorityBaseline,
  meanBaseline,
  ridgeBaseline,
} from "../train/baselines.ts";
import { accuracyOf, regressionScores } from "../train/baselines/scores.ts";
import { count } from "./format.ts";
import type { Problem, Settings } from "./problems/problem.ts";

/**
 * Work that the linear baseline may take, in flops: a twentieth of the network's own, and between a few tenths of a
 * second and a few seconds. It follows from the settings, not from a clock, so that the figure can be repeated.
 */
function linearFlops({ parts }: Problem, { layers, epochs }: Settings): number {
  const [rows, inputs] = parts.train.x.shape as [number, number];
  const widths = [inputs, ...layers, 1];
  const weights = widths.slice(1).reduce((sum, units, i) => sum + units * widths[i]!, 0);
  return Math.max(2.5e8, Math.min(6e9, 0.05 * 6 * weights * rows * epochs));
}

/** The name says how many rows were used where the work did not suffice for all. */
function linearName(rowsUsed: number, rows: number): string {
  return rowsUsed < rows ? `a linear model of ${count(rowsUsed)} rows` : "a linear model";
}

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
export function classesOf(probabilities: Tensor): {
  classes: Int32Array;
  confidence: Float32Array;
} {
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
export function outcomeOf(problem: Problem, settings: Settings, output: Tensor): Outcome {
  const { task, parts, target, classNames } = problem;
  const rows = parts.train.y.size;
  const flops = linearFlops(problem, settings);
  const data: BaselineData = {
    xTrain: parts.train.x,
    yTrain: parts.train.y,
    xTest: parts.test.x,
    yTest: parts.test.y,
  };
  const linear = (parts.train.x.shape[1] ?? 0) <= MAXIMUM_RIDGE_FEATURES;
  if (task === "classification") {
    const { classes, confidence } = classesOf(output);
    const truth = parts.test.y.data;
    const score = accuracyOf(truth, classes);
    const most = majorityBaseline(data);
    const line = linear ? logisticBaseline(data, { flops }) : null;
    return {
      measure: "test accuracy",
      score,
      r2: null,
      contenders: [
        { name: "this network", score },
        ...(line ? [{ name: linearName(line.rowsUsed, rows), score: line.accuracy }] : []),
        { name: `always "${classNames![most.class]}"`, score: most.accuracy },
      ],
      predicted: classes,
      confidence,
      truth,
    };
  }
  const unit = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (z) => z * target.std + target.mean);
  const [truth, predicted] = [unit(parts.test.y.data), unit(output.data)];
  const { rmse, r2 } = regressionScores(truth, predicted);
  const line = linear ? ridgeBaseline(data, { flops }) : null;
  return {
    measure: "test RMSE",
    score: rmse,
    r2,
    contenders: [
      { name: "this network", score: rmse },
      ...(line ? [{ name: linearName(line.rowsUsed, rows), score: line.rmse * target.std }] : []),
      { name: "always the mean", score: meanBaseline(data).rmse * target.std },
    ],
    predicted,
    confidence: null,
    truth,
  };
}
