import { DataError, OptionError, checkName } from "../../errors.ts";
import { log } from "../../math/log.ts";
import {
  type ScoreInput,
  type ScoreOptions,
  checkSameSize,
  labelsOf,
  numbersOf,
  probabilitiesOf,
  weightsOf,
} from "./scoreInput.ts";

/** Points of a curve, from the highest threshold down; thresholds of equal scores are one point. */
interface Ranks {
  /** Weight of the true positives down to each threshold. */
  readonly right: number[];
  readonly wrong: number[];
}

function ranksOf(
  truth: ArrayLike<number>,
  score: (i: number) => number,
  weight: (i: number) => number,
  positive: number,
): Ranks {
  const order = Array.from({ length: truth.length }, (_, i) => i).sort(
    (a, b) => score(b) - score(a),
  );
  const right: number[] = [];
  const wrong: number[] = [];
  let [yes, no] = [0, 0];
  order.forEach((i, k) => {
    if (truth[i] === positive) yes += weight(i);
    else no += weight(i);
    const next = order[k + 1];
    if (next !== undefined && score(next) === score(i)) return;
    right.push(yes);
    wrong.push(no);
  });
  return { right, wrong };
}

function rocAreaOf({ right, wrong }: Ranks): number {
  let [area, lastRight, lastWrong] = [0, 0, 0];
  right.forEach((yes, i) => {
    area += (wrong[i]! - lastWrong) * (yes + lastRight);
    [lastRight, lastWrong] = [yes, wrong[i]!];
  });
  return area / (2 * lastRight * lastWrong);
}

function precisionArea({ right, wrong }: Ranks): number {
  let [area, last] = [0, 0];
  right.forEach((yes, i) => {
    const all = yes + wrong[i]!;
    if (all > 0) area += ((yes - last) * yes) / all;
    last = yes;
  });
  return area / last;
}

/** Options of `rocAuc` and `averagePrecision`. */
export interface RankOptions extends ScoreOptions {
  /** Of several classes, each against the rest: the plain mean, or by how often a class is true. Default "macro". */
  average?: "macro" | "weighted";
}

function ranked(
  subject: string,
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: RankOptions,
  area: (ranks: Ranks) => number,
): number {
  const { average = "macro" } = options;
  checkName(subject, "average", average, ["macro", "weighted"]);
  const t = labelsOf(subject, "truth", truth);
  const { classes, at } = probabilitiesOf(subject, probabilities, t.length);
  const weight = weightsOf(subject, options, t.length);
  for (let i = 0; i < t.length; i++) {
    for (let c = 0; c < classes; c++) {
      if (Number.isNaN(at(i, c)))
        throw new DataError(`${subject}: scores must be numbers, but row ${i} holds NaN`);
    }
  }
  const own = (c: number): number => area(ranksOf(t, (i) => at(i, c), weight, c));
  if (classes === 2) return own(1);
  let [sum, all] = [0, 0];
  for (let c = 0; c < classes; c++) {
    let support = 0;
    for (let i = 0; i < t.length; i++) if (t[i] === c) support += weight(i);
    if (support === 0)
      throw new OptionError(`${subject}: every class must occur, but class ${c} does not`);
    const w = average === "macro" ? 1 : support;
    sum += w * own(c);
    all += w;
  }
  return sum / all;
}

/**
 * Area under the ROC curve, exact: the probability that a positive ranks above a negative, ties counting half.
 * NaN where one of two classes is missing.
 *
 * @param probabilities  [rows] of class 1, or [rows, classes]; more than two are taken one against the rest
 */
export function rocAuc(
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: RankOptions = {},
): number {
  return ranked("rocAuc", truth, probabilities, options, rocAreaOf);
}

/** Area under precision over recall as a sum of steps, without interpolation, as scikit-learn has it. */
export function averagePrecision(
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: RankOptions = {},
): number {
  return ranked("averagePrecision", truth, probabilities, options, precisionArea);
}

function perRow(
  subject: string,
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: ScoreOptions,
  cost: (label: number, at: (c: number) => number, classes: number) => number,
): number {
  const t = labelsOf(subject, "truth", truth);
  const { classes, at } = probabilitiesOf(subject, probabilities, t.length);
  const weight = weightsOf(subject, options, t.length);
  let [sum, all] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    if (t[i]! >= classes)
      throw new DataError(`${subject}: label ${t[i]} has no column among ${classes}`);
    sum += weight(i) * cost(t[i]!, (c) => at(i, c), classes);
    all += weight(i);
  }
  return sum / all;
}

/** Mean of `-log p(true class)`; probabilities are kept `epsilon` away from 0 and 1, after they are made to sum to 1. */
export function logLoss(
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: ScoreOptions & { epsilon?: number } = {},
): number {
  const { epsilon = 2 ** -52 } = options;
  return perRow("logLoss", truth, probabilities, options, (label, at, classes) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += at(c);
    return -log(Math.min(Math.max(at(label) / sum, epsilon), 1 - epsilon));
  });
}

/** Brier score of two classes, the mean of `(p(class 1) - label)^2`; of more, summed over the classes. */
export function brier(
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: ScoreOptions = {},
): number {
  return perRow("brier", truth, probabilities, options, (label, at, classes) => {
    let sum = 0;
    for (let c = classes === 2 ? 1 : 0; c < classes; c++) {
      const error = at(c) - (label === c ? 1 : 0);
      sum += error * error;
    }
    return sum;
  });
}

/** Share of samples whose class is among the k of the largest probability: fewer than k are larger. */
export function topKAccuracy(
  truth: ScoreInput,
  probabilities: ScoreInput,
  options: ScoreOptions & { k?: number } = {},
): number {
  const { k = 5 } = options;
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`topKAccuracy: k must be a whole number >= 1, got ${k}`);
  return perRow("topKAccuracy", truth, probabilities, options, (label, at, classes) => {
    let larger = 0;
    for (let c = 0; c < classes; c++) if (at(c) > at(label)) larger++;
    return larger < k ? 1 : 0;
  });
}

/** Numbers beside numbers, for scores of a regression. */
export function pairOf(
  subject: string,
  truth: ScoreInput,
  predicted: ScoreInput,
): [ArrayLike<number>, ArrayLike<number>] {
  const [t, p] = [numbersOf(truth).data, numbersOf(predicted).data];
  checkSameSize(subject, t, p);
  return [t, p];
}
