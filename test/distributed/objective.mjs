// What the workers of the test run: a training that keeps a checkpoint after every few batches, and asks its trial for one
// more parameter.
import { adam, backupAndRestore, dense, sequential, tune } from "thalweg";

const ROWS = 96;
const x = Array.from({ length: ROWS }, (_, i) => [
  ((i * 7) % 11) / 11 - 0.5,
  ((i * 5) % 13) / 13 - 0.5,
]);
const y = x.map(([a, b]) => [a * b]);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const objective = async ({ rate }, trial, data) => {
  if (rate > 0.9) throw new Error("the objective does not like this rate");
  trial.note("found", (await trial.checkpoints.list()).length);
  const units = trial.suggestInt("units", 3, 17);
  const model = sequential([dense({ units, activation: "tanh" }), dense({ units: 1 })], {
    seed: trial.seed,
  });
  model.compile({ optimizer: adam({ learningRate: rate }), loss: "meanSquaredError" });
  const { history } = await model.fit(x, y, {
    epochs: 10,
    batchSize: 16,
    seed: trial.seed,
    signal: trial.signal,
    callbacks: [
      // Long enough to be killed in the middle.
      { onBatchEnd: () => pause(data?.pause ?? 0) },
      {
        onEpochEnd: (epoch, { loss }) => {
          trial.report(loss, epoch);
          if (trial.shouldPrune()) throw new tune.TrialPruned();
        },
      },
      backupAndRestore(trial.checkpoints, { saveFreq: 2, deleteCheckpoint: false }),
    ],
  });
  model.release();
  const loss = history.loss.at(-1);
  return data?.objectives === 2 ? [loss, units] : loss;
};
