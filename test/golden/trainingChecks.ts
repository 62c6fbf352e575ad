import type { DenseOptions } from "../../src/layers/dense.ts";
import { dense } from "../../src/layers/dense.ts";
import { meanSquaredError } from "../../src/losses/meanSquaredError.ts";
import { sparseCategoricalCrossentropy } from "../../src/losses/sparseCategoricalCrossentropy.ts";
import type { Loss } from "../../src/losses/defineLoss.ts";
import { type Sequential, sequential } from "../../src/model/sequential.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { cnnOf } from "./cnn.ts";
import { closeBound, stepLossBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import { DATASETS, type Rows } from "./datasets.ts";
import { type Encoded, type EncodedTensors, type GoldenFile, decode, row } from "./golden.ts";
import { TORCH_OPTIMIZERS, type TorchHyper } from "./torchOptions.ts";

/** What PyTorch found, in one precision. */
interface Course {
  /** Of the first 40 batches, before the update. */
  readonly step_losses: readonly number[];
  /** Mean over an epoch's samples, before the updates. */
  readonly epoch_train_loss: readonly number[];
  /** Loss and, of classes, accuracy after each epoch. */
  readonly epoch_test: readonly (readonly number[])[];
}

/** A case of train/training.json. */
interface TrainingCase {
  readonly dataset: string;
  readonly arch: string;
  readonly sizes: readonly number[];
  readonly activation: string;
  readonly loss: string;
  readonly optimizer: string;
  readonly hyper: TorchHyper;
  readonly batch_size: number;
  readonly schedule?: string;
  /** Rows of each epoch, in order. */
  readonly batch_order: Encoded;
  /** PyTorch's w0 [out, in], b0, w1, ... */
  readonly initial: EncodedTensors;
  readonly float64: Course;
  readonly float32: Course;
}

const ACTIVATIONS: Readonly<Record<string, DenseOptions["activation"]>> = {
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  gelu: "gelu",
  silu: "silu",
  elu: "elu",
  leaky_relu: "leakyRelu",
};

/** The loss by the first word of its description; the mean over a batch is ours. */
function lossOf(description: string): Loss {
  const name = /^\w+/.exec(description)?.[0];
  if (name === "cross_entropy") return sparseCategoricalCrossentropy({ fromLogits: true });
  if (name === "mse") return meanSquaredError();
  throw new TypeError(`loss must be "cross_entropy" or "mse", got ${JSON.stringify(description)}`);
}

/** The learning rate of an epoch: the schedule is stepped once an epoch. */
function rateOf(schedule: string | undefined, epoch: number): number {
  if (!schedule) return 1;
  const said = /^StepLR\((\d+), ([\d.e-]+)\)/.exec(schedule);
  if (!said)
    throw new TypeError(
      `schedule must be "StepLR(epochs, factor)", got ${JSON.stringify(schedule)}`,
    );
  return Number(said[2]) ** Math.floor(epoch / Number(said[1]));
}

/** PyTorch's [out, in] as a kernel [in, out]. */
function kernel(weight: Encoded, what: string): Tensor {
  const values = decode(weight, what);
  const [out, inputs] = weight.shape as [number, number];
  return tensor(
    Float32Array.from(values, (_, i) => values[(i % out) * inputs + Math.floor(i / out)]!),
    [inputs, out],
  );
}

function modelOf(c: TrainingCase, features: number): Sequential {
  const activation = ACTIVATIONS[c.activation];
  if (!activation)
    throw new TypeError(`activation ${JSON.stringify(c.activation)} is not known here`);
  const [first, ...units] = c.sizes;
  if (first !== features)
    throw new TypeError(`"sizes" must begin with the ${features} features, got ${first}`);
  const layers = units.map((n, i) =>
    dense({
      units: n,
      activation: i === units.length - 1 ? "linear" : activation,
      ...(i === 0 && { inputShape: [features] }),
    }),
  );
  const model = sequential(layers);
  const weights = units.flatMap((_, i) => {
    const bias = c.initial[`b${i}`];
    const values = Float32Array.from(decode(bias, `initial.b${i}`));
    return [kernel(c.initial[`w${i}`]!, `initial.w${i}`), tensor(values, bias!.shape)];
  });
  model.setWeights(weights);
  return model;
}

/** The rows at some positions, with labels as the loss takes them. */
function batch(
  { x, y, features }: Rows,
  rows: ArrayLike<number>,
  classes: boolean,
): { x: Tensor; y: Tensor } {
  const n = rows.length;
  const xs = new Float32Array(n * features);
  const ys = classes ? new Int32Array(n) : new Float32Array(n);
  for (let i = 0; i < n; i++) {
    xs.set(x.subarray(rows[i]! * features, (rows[i]! + 1) * features), i * features);
    ys[i] = y[rows[i]!]!;
  }
  return { x: tensor(xs, [n, features]), y: tensor(ys, classes ? [n] : [n, 1]) };
}

/** What we find: as PyTorch's. */
async function train(c: TrainingCase, train: Rows, test: Rows): Promise<Course> {
  const model = c.arch === "cnn" ? cnnOf(c, train.features) : modelOf(c, train.features);
  const loss = lossOf(c.loss);
  const classes = loss.labels === "indices";
  const optimizer = TORCH_OPTIMIZERS[c.optimizer]!(c.hyper);
  const { learningRate } = optimizer.options;
  model.compile({ optimizer, loss, metrics: classes ? ["accuracy"] : [] });
  const all = batch(
    test,
    test.y.map((_, i) => i),
    classes,
  );
  const order = decode(c.batch_order, "batch_order");
  const course = {
    step_losses: [] as number[],
    epoch_train_loss: [] as number[],
    epoch_test: [] as number[][],
  };
  for (let epoch = 0; epoch < c.batch_order.shape[0]!; epoch++) {
    model.learningRate = learningRate * rateOf(c.schedule, epoch);
    const rows = row(c.batch_order, order, epoch);
    let sum = 0;
    for (let at = 0; at < rows.length; at += c.batch_size) {
      const taken = rows.subarray(at, at + c.batch_size);
      const { x, y } = batch(train, taken, classes);
      const step = await model.trainOnBatch(x, y);
      if (course.step_losses.length < c.float64.step_losses.length)
        course.step_losses.push(step["loss"]!);
      sum += step["loss"]! * taken.length;
    }
    course.epoch_train_loss.push(sum / rows.length);
    const after = await model.testOnBatch(all.x, all.y);
    course.epoch_test.push(classes ? [after["loss"]!, after["accuracy"]!] : [after["loss"]!]);
  }
  model.release();
  return course;
}

/**
 * Float32 runs drift apart after many steps, so the ends are compared loosely: 2 % and 8 times what
 * PyTorch's own two precisions differ by. A schedule that is not followed shows.
 */
function ends(got: readonly number[], f64: readonly number[], f32: readonly number[]): number {
  const drift = f64.reduce((most, e, i) => Math.max(most, Math.abs(e - f32[i]!)), 0);
  return worstRatio(got, f64, closeBound(8 * drift + 1e-3, 0.02));
}

async function runCase(c: TrainingCase, folders: readonly string[]): Promise<number> {
  if (c.arch !== "mlp" && c.arch !== "cnn")
    throw new TypeError(`arch ${JSON.stringify(c.arch)} is not known here`);
  if (!Object.hasOwn(TORCH_OPTIMIZERS, c.optimizer))
    throw new TypeError(`optimizer "${c.optimizer}" is not known here`);
  const trainRows = decode(c.batch_order, "batch_order").length / c.batch_order.shape[0]!;
  const data = DATASETS[c.dataset]!(folders, trainRows)!;
  if (data.train.y.length !== trainRows) {
    throw new TypeError(
      `batch_order has ${trainRows} rows an epoch, the training set ${data.train.y.length}`,
    );
  }
  const course = await train(c, data.train, data.test);
  const { float64, float32 } = c;
  const late = Math.max(
    ends(course.epoch_train_loss, float64.epoch_train_loss, float32.epoch_train_loss),
    ends(
      course.epoch_test.map((e) => e[0]!),
      float64.epoch_test.map((e) => e[0]!),
      float32.epoch_test.map((e) => e[0]!),
    ),
  );
  if (late > 1)
    throw new RangeError(
      `the first losses may agree, but the epochs' do not: error/bound ${late.toPrecision(3)}`,
    );
  return worstRatio(course.step_losses, float64.step_losses, stepLossBound);
}

/** Why a training is not run yet, or undefined. */
function laterOf(c: TrainingCase, folders: readonly string[]): string | undefined {
  const reader = DATASETS[c.dataset];
  if (!reader) return `data set "${c.dataset}"`;
  return reader(folders, 1) ? undefined : `data set "${c.dataset}", whose files are not here`;
}

/** The checks of a file of format golden-train/1. @param folders  where data sets are looked for */
export function trainingChecks({ path, content }: GoldenFile, folders: readonly string[]): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as TrainingCase;
    const later = laterOf(c, folders);
    const group = `${c.dataset} ${c.arch} ${c.optimizer}`;
    return {
      file: path,
      group,
      id,
      ...(later !== undefined && { later }),
      run: async () => runCase(c, folders),
    };
  });
}
