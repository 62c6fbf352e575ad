import { log } from "../math/log.ts";

/**
 * Area under true over false positive rate, by trapezoids; .5 where one class is missing.
 *
 * @param right  true positives at thresholds that rise: the first counts all
 * @param wrong  false positives likewise
 */
export function rocArea(right: readonly number[], wrong: readonly number[]): number {
  const [yes, no] = [right[0]!, wrong[0]!];
  if (!(yes > 0 && no > 0)) return 0.5;
  let area = 0;
  for (let i = 1; i < right.length; i++)
    area += (wrong[i - 1]! - wrong[i]!) * (right[i - 1]! + right[i]!);
  return area / (2 * yes * no);
}

/**
 * Area under precision over recall. Between two thresholds the true positives are linear in all positives, and
 * the area in between is integrated. Source: Davis & Goadrich 2006; keras.metrics.AUC.interpolate_pr_auc.
 */
export function prArea(right: readonly number[], wrong: readonly number[]): number {
  const yes = right[0]!;
  if (!(yes > 0)) return 0;
  let area = 0;
  for (let i = 1; i < right.length; i++) {
    const [more, less] = [right[i - 1]! + wrong[i - 1]!, right[i]! + wrong[i]!];
    const rise = right[i - 1]! - right[i]!;
    if (!(more > less)) continue;
    const slope = rise / (more - less);
    const intercept = right[i]! - slope * less;
    // Where the curve begins nothing is predicted yet, and the ratio has no logarithm.
    area += slope * (rise + (less > 0 ? intercept * log(more / less) : 0));
  }
  return area / yes;
}
