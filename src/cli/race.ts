import { NonFiniteError } from "../errors.ts";
import { History } from "../train/history.ts";
import type { Callback } from "../train/callbacks.ts";
import { accuracyOf, regressionScores } from "../train/baselines/scores.ts";
import { classesOf } from "./outcome.ts";
import type { Problem, Settings } from "./problems/problem.ts";
import { networkFor } from "./settings.ts";

/** One optimizer's run. */
export interface Racer {
  readonly name: string;
  readonly learningRate: number;
  readonly history: History;
  /** Lowest validation loss, and its epoch, from 1. */
  readonly best: number;
  readonly bestEpoch: number;
  /** "test accuracy" or "test RMSE", of the weights after the last epoch. */
  readonly measure: string;
  readonly score: number;
  readonly seconds: number;
  /** Whether the loss stopped being finite, or no epoch was finished. */
  readonly failed: boolean;
  /** What racers are sorted by: the lowest comes first. */
  readonly rank: number;
}

/** Trains the problem's network with one optimizer. The seed decides first weights and order: equal for all. */
export async function race(problem: Problem, settings: Settings, seed: number): Promise<Racer> {
  const { train, validation, test } = problem.parts;
  const model = networkFor(problem, settings, seed);
  const { learningRate } = model;
  const history = new History();
  const keep: Callback = { onEpochEnd: (epoch, logs) => history.push(epoch, logs, 0) };
  const started = performance.now();
  let broke = false;
  try {
    await model.fit(train.x, train.y, {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      validationData: [validation.x, validation.y],
      seed,
      callbacks: [keep],
    });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    broke = true;
  }
  const seconds = (performance.now() - started) / 1000;
  const held = history.history["val_loss"] ?? [];
  const best = held.reduce((low, v) => (v < low ? v : low), Infinity);
  const failed = broke || !(best < Infinity);
  const output = await model.predict(test.x, { batchSize: 256 });
  const { std } = problem.target;
  const score =
    problem.task === "classification"
      ? accuracyOf(test.y.data, classesOf(output).classes)
      : std * regressionScores(test.y.data, output.data).rmse;
  model.release();
  return {
    name: settings.optimizer,
    learningRate,
    history,
    best,
    bestEpoch: held.indexOf(best) + 1,
    measure: problem.task === "classification" ? "test accuracy" : "test RMSE",
    score,
    seconds,
    failed,
    rank: failed ? Infinity : best,
  };
}
