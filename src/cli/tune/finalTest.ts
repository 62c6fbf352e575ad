import { Random } from "../../math/random.ts";
import type { Sequential } from "../../model/sequential.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type FittedTabular, tabular } from "../../train/tabular.ts";
import { classesOf } from "../outcome.ts";
import type { TuningData } from "./data.ts";
import { type NetworkParams, networkOf } from "./network.ts";

/** What a network does on the test rows. */
export interface TestScore {
  readonly model: Sequential;
  readonly fitted: FittedTabular;
  /** Root of the mean squared error in the target's unit, or accuracy. */
  readonly score: number;
  /** Within which it lies with 95 % probability, as far as the choice of test rows goes. */
  readonly interval: readonly [number, number];
}

/** Samples of the test rows that the interval comes from. */
const RESAMPLES = 1000;

/** What each test row adds: its squared error in the target's unit, or whether its class is right. */
function rowScores(output: Tensor, y: Tensor, fitted: FittedTabular): Float64Array {
  if (fitted.task === "classification") {
    const { classes } = classesOf(output);
    return Float64Array.from(classes, (c, i) => (c === y.data[i] ? 1 : 0));
  }
  const { std } = fitted.target!;
  return Float64Array.from(
    y.data,
    (v, i) => std * std * (output.data[i]! - v) * (output.data[i]! - v),
  );
}

/** Trains on all rows but those of the test, and tests, once. */
export async function finalTest(
  data: TuningData,
  params: NetworkParams,
  epochs: number,
  seed: number,
): Promise<TestScore> {
  const { target, task } = data;
  const fitted = tabular().fit(data.train, { target, task });
  const { x, y } = fitted.transform(data.train);
  const held = fitted.transform(data.test);
  const model = networkOf(params, x.shape.slice(1), fitted);
  model.seed = seed;
  await model.fit(x, y!, { epochs, batchSize: Math.min(params.batch, x.shape[0]!), seed });
  const output = await model.predict(held.x, { batchSize: 256 });
  const scores = rowScores(output, held.y!, fitted);
  const of = (mean: number): number => (task === "regression" ? Math.sqrt(mean) : mean);
  const random = new Random(seed, 0xb007);
  const n = scores.length;
  const resampled = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += scores[random.integer(n)]!;
    return of(sum / n);
  }).sort((a, b) => a - b);
  return {
    model,
    fitted,
    score: of(scores.reduce((a, b) => a + b, 0) / n),
    interval: [
      resampled[Math.floor(0.025 * RESAMPLES)]!,
      resampled[Math.ceil(0.975 * RESAMPLES) - 1]!,
    ],
  };
}
