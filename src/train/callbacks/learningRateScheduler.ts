import type { Callback, TrainedModel } from "../callbacks.ts";

/**
 * Sets the learning rate at the start of each epoch. What it sets stands in place of a schedule, also after
 * `fit`; the factor of reduceLROnPlateau still comes on top.
 *
 * @param schedule  the rate of an epoch, from 0, given the rate so far
 *
 * @example
 *     learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9))
 */
export function learningRateScheduler(
  schedule: (epoch: number, learningRate: number) => number,
): Callback {
  let model: TrainedModel | null = null;
  return {
    name: "learningRateScheduler",
    setModel: (trained) => void (model = trained),
    onEpochBegin: (epoch) => {
      model!.learningRate = schedule(epoch, model!.learningRate);
    },
  };
}
