/** What a plateau is, and what follows from one. */
export interface PlateauRule {
  /** Whether smaller is better. */
  readonly mode: "min" | "max";
  /** What the rate is multiplied by, in (0, 1). */
  readonly factor: number;
  /** Epochs without improvement. */
  readonly patience: number;
  /** How much counts as an improvement. */
  readonly minDelta: number;
  /** `abs`: minDelta itself; `rel`: as a part of the best value. */
  readonly thresholdMode: "abs" | "rel";
  /** Epochs after a reduction in which none is counted. */
  readonly cooldown: number;
  /** Smallest rate. */
  readonly minLearningRate: number;
  /** `keras` reduces at the epoch number `patience` without improvement, `torch` at the next one. */
  readonly dialect: "keras" | "torch";
}

/** What a plateau is judged by. */
export interface PlateauState {
  readonly best: number;
  readonly wait: number;
  readonly cooldown: number;
}

/** PyTorch leaves a rate alone that would change by less. */
const TORCH_EPSILON = 1e-8;

/** The state before the first value. */
export function plateauStart(rule: PlateauRule): PlateauState {
  return { best: rule.mode === "min" ? Infinity : -Infinity, wait: 0, cooldown: 0 };
}

function isBetter(rule: PlateauRule, value: number, best: number): boolean {
  const { mode, minDelta, thresholdMode } = rule;
  // A best of Infinity has no part to take.
  const relative = thresholdMode === "rel" && Math.abs(best) < Infinity;
  if (relative)
    return mode === "min" ? value < best * (1 - minDelta) : value > best * (1 + minDelta);
  return mode === "min" ? value < best - minDelta : value > best + minDelta;
}

/**
 * The state after a value, and the rate: a pure function. NaN is never better.
 *
 * Source: keras.callbacks.ReduceLROnPlateau; torch.optim.lr_scheduler.ReduceLROnPlateau.
 */
export function plateauStep(
  rule: PlateauRule,
  state: PlateauState,
  value: number,
  rate: number,
): { readonly state: PlateauState; readonly rate: number } {
  const torch = rule.dialect === "torch";
  const better = isBetter(rule, value, state.best);
  const best = better ? value : state.best;
  const cooling = state.cooldown > 0;
  // Keras's last epoch of a cooldown counts already: it looks at the counter after lowering it.
  let cooldown = cooling ? state.cooldown - 1 : 0;
  let wait = cooling ? 0 : state.wait;
  if (better) wait = 0;
  else if (torch ? !cooling : cooldown === 0) wait++;
  const due = torch ? wait > rule.patience : wait >= rule.patience && wait > 0;
  if (!due) return { state: { best, wait, cooldown }, rate };
  const lower = Math.max(rate * rule.factor, rule.minLearningRate);
  const changes = torch ? rate - lower > TORCH_EPSILON : rate > rule.minLearningRate;
  // Keras goes on counting where there is nothing left to lower.
  if (!torch && !changes) return { state: { best, wait, cooldown }, rate };
  cooldown = rule.cooldown;
  return { state: { best, wait: 0, cooldown }, rate: changes ? lower : rate };
}
