import type { Problem, Settings } from "./problems/problem.ts";
import { type Racer, race } from "./race.ts";

/** What an optimizer's default rate is multiplied by, in the order of the trials: the default first. */
const FACTORS = [1, 0.1, 10, 100, 1000];

/** Epochs of a trial: a fifth of the race's, at least 2. */
export function pilotEpochs(epochs: number): number {
  return Math.min(epochs, Math.max(2, Math.ceil(epochs / 5)));
}

/** A learning rate that was found, and where from. */
export interface PilotRate {
  readonly rate: number;
  /** What the rate is of the default. */
  readonly factor: number;
  /** Lowest validation loss of each trial, by factor; Infinity where it diverged. */
  readonly tried: readonly { readonly factor: number; readonly best: number }[];
}

/**
 * The best of a few rates around an optimizer's default, by the validation loss of short trainings. Defaults are for
 * other problems: that of ftrl is for sparse linear models, which begin at 0. There each weight follows from the sums
 * of gradients alone, so that a network's first weights are forgotten and the rate sets their size; at .001 they stay
 * near 0, and with them the loss.
 */
export async function pilotRate(
  problem: Problem,
  settings: Settings,
  seed: number,
): Promise<PilotRate> {
  const epochs = pilotEpochs(settings.epochs);
  const runs: { factor: number; racer: Racer }[] = [];
  for (const factor of FACTORS) {
    // 1000 is for where the loss still falls at 100: most diverge long before.
    if (factor === 1000 && runs.at(-1)!.racer.rank > Math.min(...runs.map((r) => r.racer.rank)))
      continue;
    const base = runs[0]?.racer.learningRate;
    const learningRate = base === undefined ? null : base * factor;
    runs.push({ factor, racer: await race(problem, { ...settings, learningRate, epochs }, seed) });
  }
  const chosen = runs.reduce((a, b) => (b.racer.rank < a.racer.rank ? b : a));
  return {
    rate: chosen.racer.learningRate,
    factor: chosen.factor,
    tried: runs.map(({ factor, racer }) => ({ factor, best: racer.rank })),
  };
}
