/** How often each class was predicted, was true, and was both; sums of weights where samples have some. */
export interface ClassCounts {
  readonly hits: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly actual: ArrayLike<number>;
}

/** How the scores of the classes become one: their mean, that of the sums, or by how often a class is true. */
export type Average = "macro" | "micro" | "weighted";

/** The known averages. */
export const AVERAGES: readonly Average[] = ["macro", "micro", "weighted"];

/** A score of one class from its counts. */
export type ClassScore = (hits: number, predicted: number, actual: number) => number;

/** `a / b`, and 0 where there is nothing to divide by, as scikit-learn has it. */
function share(a: number, b: number): number {
  return b > 0 ? a / b : 0;
}

/** `hits / predicted`. */
export const precisionScore: ClassScore = (hits, predicted) => share(hits, predicted);

/** `hits / actual`. */
export const recallScore: ClassScore = (hits, _, actual) => share(hits, actual);

/** `hits / (predicted + actual - hits)`. */
export const iouScore: ClassScore = (hits, predicted, actual) =>
  share(hits, predicted + actual - hits);

/** `(1 + b^2) hits / (b^2 actual + predicted)`. */
export function fBetaScore(beta: number): ClassScore {
  const square = beta * beta;
  return (hits, predicted, actual) => share((1 + square) * hits, square * actual + predicted);
}

/** Sum of a list. */
export function total(list: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < list.length; i++) sum += list[i]!;
  return sum;
}

/** A score of each class; NaN for one that is neither true nor predicted anywhere. */
export function scoresByClass(counts: ClassCounts, score: ClassScore): number[] {
  const { hits, predicted, actual } = counts;
  return Array.from({ length: hits.length }, (_, c) =>
    predicted[c]! + actual[c]! > 0 ? score(hits[c]!, predicted[c]!, actual[c]!) : Number.NaN,
  );
}

/** One score of all classes that occur; 0 where none does. */
export function averaged(counts: ClassCounts, score: ClassScore, average: Average): number {
  const { hits, predicted, actual } = counts;
  if (average === "micro") return score(total(hits), total(predicted), total(actual));
  let [sum, weight] = [0, 0];
  scoresByClass(counts, score).forEach((own, c) => {
    if (Number.isNaN(own)) return;
    const w = average === "macro" ? 1 : actual[c]!;
    sum += w * own;
    weight += w;
  });
  return share(sum, weight);
}

/** Mean recall of the classes that are true somewhere. */
export function balancedAccuracyOf({ hits, actual }: ClassCounts): number {
  let [sum, classes] = [0, 0];
  for (let c = 0; c < hits.length; c++) {
    if (actual[c]! <= 0) continue;
    sum += hits[c]! / actual[c]!;
    classes++;
  }
  return share(sum, classes);
}

/** Sums that both coefficients of agreement are made of, in units of all samples. */
function agreement(counts: ClassCounts): { seen: number; chance: number; p2: number; t2: number } {
  const { hits, predicted, actual } = counts;
  const n = total(actual);
  let [chance, p2, t2] = [0, 0, 0];
  for (let c = 0; c < hits.length; c++) {
    const [p, t] = [predicted[c]! / n, actual[c]! / n];
    chance += p * t;
    p2 += p * p;
    t2 += t * t;
  }
  return { seen: total(hits) / n, chance, p2, t2 };
}

/**
 * Matthews's correlation of classes, in [-1, 1]; 0 where all predictions or all classes are the same.
 * Source: Gorodkin 2004, R_K; of two classes it is phi.
 */
export function matthewsOf(counts: ClassCounts): number {
  const { seen, chance, p2, t2 } = agreement(counts);
  const spread = (1 - p2) * (1 - t2);
  return spread > 0 ? (seen - chance) / Math.sqrt(spread) : 0;
}

/** Cohen's kappa, `(seen - chance) / (1 - chance)`; NaN where there is one class only. Source: Cohen 1960. */
export function kappaOf(counts: ClassCounts): number {
  const { seen, chance } = agreement(counts);
  return (seen - chance) / (1 - chance);
}
