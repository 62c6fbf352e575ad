// The module that the threads of `thalweg tune` run.
import { type FoldSamples, crossValidate } from "../../tune/folds/crossValidate.ts";
import type { Trial } from "../../tune/trial.ts";
import { networkOf, stepsOf } from "./network.ts";
import { type NetworkParams, WIDE_DECAY } from "./space.ts";

/** What every trial is trained and tested on. */
export interface ObjectiveData {
  readonly folds: readonly FoldSamples[];
  readonly epochs: number;
  /** Whether a trial whose worker was lost is to be gone on with. */
  readonly resume: boolean;
}

/** The mean score of a network over the folds: RMSE in the target's unit, or the loss of a classification. */
export async function objective(
  params: Omit<NetworkParams, "decay"> & Partial<NetworkParams>,
  trial: Trial,
  { folds, epochs, resume }: ObjectiveData,
): Promise<number> {
  const all: NetworkParams = { decay: WIDE_DECAY, ...params };
  const { score } = await crossValidate(
    ({ fitted, train }) => networkOf(all, fitted!, stepsOf(train.x.shape[0]!, all.batch, epochs)),
    folds,
    { epochs, batchSize: all.batch, trial, reportEvery: "epoch", resume },
  );
  return score;
}
