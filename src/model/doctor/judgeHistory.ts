import type { Finding } from "./finding.ts";
import { short } from "./finding.ts";

/** Median of `|second difference|` of normal noise of deviation 1: .6745 sqrt(6). */
const NOISE = 1.652;

/**
 * Deviation of the noise in a sequence, as a part of its mean: from the median of the second differences, so that
 * neither a slope nor a bend nor one steep step counts.
 */
export function noiseOf(values: readonly number[]): number {
  const bends: number[] = [];
  for (let i = 2; i < values.length; i++)
    bends.push(Math.abs(values[i]! - 2 * values[i - 1]! + values[i - 2]!));
  bends.sort((a, b) => a - b);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return (bends[bends.length >> 1] ?? 0) / (NOISE * Math.abs(mean));
}

/** The part of all ups and downs that goes up: half where a sequence only fluctuates. */
function rising(values: readonly number[]): number {
  let [up, all] = [0, 0];
  for (let i = 1; i < values.length; i++) {
    const d = values[i]! - values[i - 1]!;
    up += Math.max(0, d);
    all += Math.abs(d);
  }
  return all === 0 ? 0 : up / all;
}

/** Epochs that fluctuation is judged over. */
const WINDOW = 10;

/**
 * What the losses of whole epochs tell.
 *
 * @param fresh  whether training began with new weights: a trained model need not improve
 */
export function judgeHistory(
  losses: readonly number[],
  held: readonly number[],
  fresh: boolean,
): Finding[] {
  const found: Finding[] = [];
  const epochs = losses.length;
  const lowest = Math.min(...losses);
  if (fresh && epochs >= 5 && !(lowest < 0.98 * losses[0]!) && losses[0]! > 0) {
    found.push({
      code: "notLearning",
      severity: "error",
      layer: null,
      message: `after ${epochs} epochs the loss is still ${short(losses.at(-1)!)}, from ${short(losses[0]!)}`,
      value: losses.at(-1)! / losses[0]!,
      cure: "run diagnose(model, x, y); check the labels, the learning rate and the scale of the inputs",
    });
  }
  if (held.length < epochs || epochs === 0) return found;
  const best = held.indexOf(Math.min(...held));
  const rise = held.at(-1)! / held[best]!;
  if (epochs - 1 - best >= 5 && rise > 1.5 && losses.at(-1)! < 0.8 * losses[best]!) {
    found.push({
      code: "overfitting",
      severity: "warning",
      layer: null,
      message: `the validation loss was lowest in epoch ${best + 1} and is ${short(rise)} times as large now, while the loss falls`,
      value: rise,
      cure: "stop there, or use dropout, l2, more data or fewer units",
    });
  }
  const last = held.slice(-WINDOW);
  const spread = noiseOf(last);
  // A loss that has fallen to a hundredth jumps by its nature; one that falls steeply bends, and does not rise again.
  const jump = (spread * last.reduce((a, b) => a + b, 0)) / last.length;
  const wide = jump > 0.1 * losses[0]! && rising(last) > 0.3;
  if (last.length === WINDOW && spread > 0.2 && wide) {
    found.push({
      code: "fluctuatingValidation",
      severity: "warning",
      layer: null,
      message: `the last ${WINDOW} validation losses jump by ${short(100 * spread)} % of their mean`,
      value: spread,
      cure: "lower the learning rate, use larger batches or clipping; stabilise() tries the remedies",
    });
  }
  return found;
}
