import { average } from "../../layers/average.ts";
import { input } from "../../layers/layerTensor.ts";
import { model } from "../../model/functional.ts";
import type { AnyModel, Model } from "../../model/model.ts";
import type { Sequential } from "../../model/sequential.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { earlyStopping } from "../../train/callbacks/earlyStopping.ts";
import type { Samples } from "../../train/split.ts";
import { type FittedTabular, tabular } from "../../train/tabular.ts";
import { kFold } from "../../tune/folds/folds.ts";
import { foldSamples } from "../../tune/folds/crossValidate.ts";
import { settingsOf } from "../problems/table.ts";
import { VALIDATION } from "../problems/split.ts";
import { networkFor } from "../settings.ts";
import type { TuningData } from "./data.ts";
import { networkOf, stepsOf } from "./network.ts";
import { type TestScore, scoreOf } from "./score.ts";
import type { NetworkParams } from "./space.ts";

/** A network of all rows but those of the test. */
export interface Trained {
  readonly model: Model<Tensor>;
  readonly fitted: FittedTabular;
  readonly test: TestScore;
}

/** All rows to tune on as numbers, and those to test with by the same fit. */
function samplesOf(
  { train, test, target, task }: TuningData,
  bins: number,
): { fitted: FittedTabular; own: Samples; held: Samples } {
  const fitted = tabular({ bins }).fit(train, { target, task });
  const part = (table: typeof train): Samples => {
    const { x, y } = fitted.transform(table);
    return { x, y: y! };
  };
  return { fitted, own: part(train), held: part(test) };
}

/** The mean of some networks' outputs, as one model. */
function averaged(networks: readonly Sequential[], inputShape: readonly number[]): Model<Tensor> {
  const x = input([...inputShape]);
  const outputs = networks.map((network) => network.apply(x));
  return model({ inputs: x, outputs: average()(...outputs) });
}

/**
 * Trains networks of some parameters on all rows but those of the test, from different seeds, and tests, once, the mean of what
 * they predict. On a fold of California housing five seeds of one network had 0.502 together, 0.503 to 0.515 each; the mean of
 * different good ones was worse than the best of them.
 */
export async function tunedTest(
  data: TuningData,
  params: NetworkParams,
  { networks: count, epochs, seed }: { networks: number; epochs: number; seed: number },
): Promise<Trained & { readonly single: TestScore }> {
  const { fitted, own, held } = samplesOf(data, data.bins);
  const inputShape = own.x.shape.slice(1);
  const rows = own.x.shape[0]!;
  const networks: Sequential[] = [];
  const steps = stepsOf(rows, params.batch, epochs);
  for (let i = 0; i < count; i++) {
    const network = networkOf(params, fitted, steps, `network${i + 1}`);
    network.seed = seed + i;
    await network.fit(own.x, own.y, {
      epochs,
      batchSize: Math.min(params.batch, rows),
      seed: seed + i,
    });
    networks.push(network);
  }
  const score = async (one: AnyModel): Promise<TestScore> =>
    scoreOf((await one.predict(held.x, { batchSize: 256 })) as Tensor, held.y, fitted, seed);
  const whole = averaged(networks, inputShape);
  return { model: whole, fitted, test: await score(whole), single: await score(networks[0]!) };
}

/** The network that `thalweg train` makes of the same rows, with its own settings, of which nobody has tuned any. */
export async function untunedTest(data: TuningData, seed: number): Promise<TestScore> {
  const { fitted, own, held } = samplesOf(data, 0);
  const rows = own.x.shape[0]!;
  const [part] = kFold(rows, { folds: Math.round(1 / VALIDATION), seed });
  const { train, test: validation } = foldSamples(own, part!);
  const settings = settingsOf(train.x.shape[0]!);
  const { task, classNames } = fitted;
  const network = networkFor(
    { name: "untuned", task, classNames, parts: { train } },
    settings,
    seed,
  );
  await network.fit(train.x, train.y, {
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    validationData: [validation.x, validation.y],
    callbacks: [earlyStopping({ patience: Infinity, restoreBestWeights: true })],
    seed,
  });
  const output = (await network.predict(held.x, { batchSize: 256 })) as Tensor;
  network.release();
  return scoreOf(output, held.y, fitted, seed);
}
