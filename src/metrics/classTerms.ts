import { checkName } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { argMax } from "../ops/argMax.ts";
import { mul, sub } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { greater } from "../ops/compare.ts";
import { concat } from "../ops/concat.ts";
import { oneHot } from "../ops/oneHot.ts";
import { reshape } from "../ops/reshape.ts";
import { sum } from "../ops/sum.ts";
import { constant } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { AVERAGES, type Average, type ClassCounts } from "./classCounts.ts";

/** Options of precision, recall and what is made of them. */
export interface ClassOptions {
  /** Of several classes: mean of their scores, score of the sums, or by how often a class is true. Default "macro". */
  average: Average;
  /**
   * Outputs above it say yes; 0 for logits. With several outputs and value labels each output is then a question
   * of its own. Default null: .5 for one output, the largest of several.
   */
  threshold: number | null;
}

export const CLASS_DEFAULTS: ClassOptions = { average: "macro", threshold: null };

/** @throws OptionError for an unknown average */
export function checkAverage(subject: string, { average }: { average: Average }): void {
  checkName(subject, "average", average, AVERAGES);
}

/** 1 above the threshold, otherwise 0. */
function above(x: SymbolicTensor, threshold: number): SymbolicTensor {
  return cast(greater(x, threshold), { dtype: "float32" });
}

/** 1 at the largest of the last axis. */
function chosen(x: SymbolicTensor): SymbolicTensor {
  return oneHot(argMax(x), { classes: x.shape.at(-1)!, on: 1, off: 0 });
}

/** Yes as two columns: no, yes. */
function bothWays(yes: SymbolicTensor): SymbolicTensor {
  return concat(sub(constant(1), yes), yes, { axis: yes.shape.length - 1 });
}

/** Whether the target holds integer labels of the output's last axis. */
export function isIndexed(target: SymbolicTensor, output: SymbolicTensor): boolean {
  return target.shape.length === output.shape.length - 1;
}

/**
 * Three numbers a sample and class: predicted and true, predicted, true. Each is float32[batch, classes], summed
 * over the positions within a sample.
 *
 * @param both  of a single output, count no as a class as well
 */
export function classTerms(
  target: SymbolicTensor,
  output: SymbolicTensor,
  threshold: number | null,
  both: boolean,
): SymbolicTensor[] {
  const width = output.shape.at(-1)!;
  let [p, t]: SymbolicTensor[] = [];
  if (isIndexed(target, output)) {
    [p, t] = [chosen(output), oneHot(target, { classes: width, on: 1, off: 0 })];
  } else if (width === 1 || (threshold !== null && !both)) {
    [p, t] = [above(output, threshold ?? 0.5), above(target, 0.5)];
    if (both) [p, t] = [bothWays(p), bothWays(t)];
  } else [p, t] = [chosen(output), chosen(target)];
  const [batch, classes] = [p.shape[0]!, p.shape.at(-1)!];
  const positions = sizeOf(p.shape.slice(1, -1));
  return [mul(p, t), p, t].map((x) =>
    positions === 1
      ? reshape(x, { shape: [batch, classes] })
      : sum(reshape(x, { shape: [batch, positions, classes] }), { axis: 1 }),
  );
}

/** The counts whose terms `classTerms` made. */
export function countsOf(sums: readonly number[]): ClassCounts {
  const n = sums.length / 3;
  return { hits: sums.slice(0, n), predicted: sums.slice(n, 2 * n), actual: sums.slice(2 * n) };
}

/** Options of metrics that count no as a class. */
export interface DecisionOptions {
  /** A single output above it says yes; 0 for logits. Several outputs: the largest. Default .5. */
  threshold: number;
}
