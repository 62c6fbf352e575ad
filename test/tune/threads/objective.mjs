// An objective that trains: what `study.optimize(space, new URL("./objective.mjs", import.meta.url))` runs in threads.
import { adam, dense, sequential, tune } from "thalweg";

export const objective = async ({ rate, units }, trial, { x, y, shift }) => {
  if (!(x.data.buffer instanceof SharedArrayBuffer)) throw new Error("x must lie in shared memory");
  // By code as well, beside the declared space.
  const decay = trial.suggestFloat("decay", 0, 0.1);
  const model = sequential([dense({ units, activation: "relu" }), dense({ units: 1 })], {
    seed: trial.seed,
  });
  model.compile({
    optimizer: adam({ learningRate: rate, weightDecay: decay }),
    loss: "meanSquaredError",
  });
  let loss = NaN;
  for (let epoch = 0; epoch < 4; epoch++) {
    const history = await model.fit(x, y, { epochs: 3, batchSize: 16, seed: trial.seed + epoch });
    loss = history.history.loss.at(-1) + shift;
    trial.report(loss, epoch);
    if (trial.shouldPrune()) throw new tune.TrialPruned();
  }
  trial.note("by", "thread");
  model.release();
  return loss;
};
