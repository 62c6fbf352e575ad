/** Thrown by an objective to end its trial early: `if (trial.shouldPrune()) throw new TrialPruned()`. */
export class TrialPruned extends Error {
  override name = "TrialPruned";
  constructor(message: string = "the trial was pruned") {
    super(message);
  }
}
