import { OptionError, checkName } from "../../errors.ts";
import {
  AVERAGES,
  type Average,
  type ClassScore,
  averaged,
  balancedAccuracyOf,
  fBetaScore,
  iouScore,
  kappaOf,
  matthewsOf,
  precisionScore,
  recallScore,
  scoresByClass,
  total,
} from "../classCounts.ts";
import { checkBeta } from "../fBeta.ts";
import { type ConfusionOptions, confusionMatrix, countsOfMatrix } from "./confusionMatrix.ts";
import type { ScoreInput } from "./scoreInput.ts";

/** Options of scores of classes. */
export interface AverageOptions extends ConfusionOptions {
  /** `binary`: the score of class `positive` alone. Default "macro". */
  average?: Average | "binary";
  /** The class that `binary` is about. Default 1. */
  positive?: number;
}

function scoreOf(
  subject: string,
  score: ClassScore,
  truth: ScoreInput,
  predicted: ScoreInput,
  options: AverageOptions,
): number {
  const { average = "macro", positive = 1 } = options;
  checkName(subject, "average", average, [...AVERAGES, "binary"]);
  const counts = countsOfMatrix(confusionMatrix(truth, predicted, options, subject));
  if (average !== "binary") return averaged(counts, score, average);
  const own = scoresByClass(counts, score)[positive];
  return own === undefined || Number.isNaN(own) ? 0 : own;
}

/** Share of samples whose class is predicted. */
export function accuracy(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ConfusionOptions = {},
): number {
  const { hits, actual } = countsOfMatrix(confusionMatrix(truth, predicted, options, "accuracy"));
  return total(hits) / total(actual);
}

/** Mean recall of the classes that occur. */
export function balancedAccuracy(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ConfusionOptions = {},
): number {
  const matrix = confusionMatrix(truth, predicted, options, "balancedAccuracy");
  return balancedAccuracyOf(countsOfMatrix(matrix));
}

/** Share of the predictions of a class that are right; 0 where there are none. */
export function precision(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: AverageOptions = {},
): number {
  return scoreOf("precision", precisionScore, truth, predicted, options);
}

/** Share of a class that is found. */
export function recall(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: AverageOptions = {},
): number {
  return scoreOf("recall", recallScore, truth, predicted, options);
}

/**
 * Harmonic mean of precision and recall.
 *
 * @example
 *     scores.f1([0, 1, 1, 2], [0, 1, 2, 2], { average: "macro" })   // 0.777...
 */
export function f1(truth: ScoreInput, predicted: ScoreInput, options: AverageOptions = {}): number {
  return scoreOf("f1", fBetaScore(1), truth, predicted, options);
}

/** Harmonic mean in which recall counts `beta` times as much. */
export function fBeta(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: AverageOptions & { beta: number },
): number {
  checkBeta("fBeta", options.beta);
  return scoreOf("fBeta", fBetaScore(options.beta), truth, predicted, options);
}

/** Intersection over union of the classes' positions. */
export function iou(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: AverageOptions = {},
): number {
  return scoreOf("iou", iouScore, truth, predicted, options);
}

/** Matthews's correlation, in [-1, 1]; of several classes R_K. */
export function matthewsCorrelation(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ConfusionOptions = {},
): number {
  return matthewsOf(
    countsOfMatrix(confusionMatrix(truth, predicted, options, "matthewsCorrelation")),
  );
}

/** Options of `cohenKappa`. */
export interface KappaOptions extends ConfusionOptions {
  /** What a disagreement costs: 1, the distance of the class numbers, or its square. Default "none". */
  weights?: "none" | "linear" | "quadratic";
}

/** Cohen's kappa: agreement beyond chance. */
export function cohenKappa(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: KappaOptions = {},
): number {
  const { weights = "none" } = options;
  checkName("cohenKappa", "weights", weights, ["none", "linear", "quadratic"]);
  const matrix = confusionMatrix(truth, predicted, options, "cohenKappa");
  const counts = countsOfMatrix(matrix);
  if (weights === "none") return kappaOf(counts);
  const n = total(counts.actual);
  let [seen, chance] = [0, 0];
  matrix.forEach((row, t) =>
    row.forEach((count, p) => {
      const far = weights === "linear" ? Math.abs(t - p) : (t - p) * (t - p);
      seen += far * count;
      chance += (far * counts.actual[t]! * counts.predicted[p]!) / n;
    }),
  );
  return 1 - seen / chance;
}

/** Scores of one class. */
export interface ClassRow {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How often it is true. */
  readonly support: number;
}

/** Precision, recall and F1 by class and on average. */
export interface ClassificationReport {
  readonly classes: readonly ClassRow[];
  readonly accuracy: number;
  readonly macro: ClassRow;
  readonly weighted: ClassRow;
  /** As a table. */
  toString(): string;
}

/**
 * Precision, recall and F1 of each class.
 *
 * @example
 *     console.log(String(scores.classificationReport(truth, predicted, { classNames: ["cat", "dog"] })));
 */
export function classificationReport(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ConfusionOptions & { classNames?: readonly string[] } = {},
): ClassificationReport {
  const { classNames } = options;
  const classes = options.classes ?? classNames?.length;
  const matrix = confusionMatrix(
    truth,
    predicted,
    classes === undefined ? options : { ...options, classes },
    "classificationReport",
  );
  if (classNames && classNames.length !== matrix.length) {
    throw new OptionError(
      `classificationReport: classNames must name ${matrix.length} classes, got ${classNames.length}`,
    );
  }
  const counts = countsOfMatrix(matrix);
  const known: readonly [keyof ClassRow & ("precision" | "recall" | "f1"), ClassScore][] = [
    ["precision", precisionScore],
    ["recall", recallScore],
    ["f1", fBetaScore(1)],
  ];
  const rowOf = (name: string, support: number, of: (score: ClassScore) => number): ClassRow => {
    const [p, r, f] = known.map(([, score]) => of(score)) as [number, number, number];
    return { name, precision: p, recall: r, f1: f, support };
  };
  const n = total(counts.actual);
  const rows = matrix.map((_, c) =>
    rowOf(classNames?.[c] ?? String(c), counts.actual[c]!, (score) =>
      score(counts.hits[c]!, counts.predicted[c]!, counts.actual[c]!),
    ),
  );
  const mean = (average: Average): ClassRow =>
    rowOf(average, n, (score) => averaged(counts, score, average));
  const [macro, weighted] = [mean("macro"), mean("weighted")];
  const share = total(counts.hits) / n;
  return {
    classes: rows,
    accuracy: share,
    macro,
    weighted,
    toString: () => reportText(rows, share, [macro, weighted], n),
  };
}

function reportText(
  rows: readonly ClassRow[],
  share: number,
  means: readonly ClassRow[],
  n: number,
): string {
  const digits = (x: number): string => x.toFixed(3);
  const cells = (row: ClassRow): string[] => [
    row.name,
    digits(row.precision),
    digits(row.recall),
    digits(row.f1),
    String(Number(row.support.toPrecision(6))),
  ];
  const table = [
    ["class", "precision", "recall", "f1", "support"],
    ...rows.map(cells),
    ["accuracy", "", "", digits(share), String(Number(n.toPrecision(6)))],
    ...means.map(cells),
  ];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  "),
    )
    .join("\n");
}
