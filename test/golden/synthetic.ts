import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Shape, sizeOf } from "../../src/shape.ts";
import type { Rows } from "./datasets.ts";
import type { Encoded } from "./golden.ts";

/** Golden files by path, "ops/some.json". */
export type GoldenContent = Readonly<Record<string, object | string>>;

/** Writes files into a new folder, and says where it is. */
export function writeGolden(files: GoldenContent): string {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(
      join(folder, path),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  return folder;
}

let state = 1;

/** The next of a fixed row of float32 numbers in [-2, 2). */
function next(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.fround((state / 2 ** 32) * 4 - 2);
}

/** Random elements. */
export function draw(shape: Shape): number[] {
  return Array.from({ length: sizeOf(shape) }, next);
}

/** As the files hold a tensor: a list up to 96 elements, else base64. */
export function encode(
  dtype: "float64" | "float32" | "int32",
  shape: Shape,
  values: readonly number[],
): Encoded {
  if (values.length <= 96) {
    return {
      dtype,
      shape,
      data: values.map((v) => (Object.is(v, -0) ? "-0" : Number.isFinite(v) ? v : String(v))),
    };
  }
  const array = { float64: Float64Array, float32: Float32Array, int32: Int32Array }[dtype].from(
    values,
  );
  return { dtype, shape, b64: Buffer.from(array.buffer).toString("base64") };
}

/** A case of an op of one input, from its formula and derivative in float64. */
function unaryCase(
  op: string,
  shape: Shape,
  f: (x: number) => number,
  slope: (x: number) => number,
): object {
  const [x, dy] = [draw(shape), draw(shape)];
  return {
    id: `synthetic/${op}/${shape.join("x")}`,
    op,
    attrs: {},
    inputs: { x: encode("float32", shape, x) },
    outputs: { y: encode("float64", shape, x.map(f)) },
    cotangents: { y: encode("float32", shape, dy) },
    grads: {
      x: encode(
        "float64",
        shape,
        x.map((v, i) => (slope(v) === 0 ? 0 : slope(v) * dy[i]!)),
      ),
    },
    torch_f32_err: { y: { max_abs: 0 }, "grad:x": { max_abs: 0 } },
  };
}

/** [m, k] times [k, n] with gradients. */
function matmulCase(m: number, k: number, n: number): object {
  const [a, b, dy] = [draw([m, k]), draw([k, n]), draw([m, n])];
  const product = (
    rows: number,
    inner: number,
    cols: number,
    at: (i: number, l: number, j: number) => number,
  ): number[] =>
    Array.from({ length: rows * cols }, (_, o) => {
      let sum = 0;
      for (let l = 0; l < inner; l++) sum += at(Math.floor(o / cols), l, o % cols);
      return sum;
    });
  return {
    id: `synthetic/matmul/${m}x${k}x${n}`,
    op: "matmul",
    attrs: {},
    inputs: { a: encode("float32", [m, k], a), b: encode("float32", [k, n], b) },
    outputs: {
      y: encode(
        "float64",
        [m, n],
        product(m, k, n, (i, l, j) => a[i * k + l]! * b[l * n + j]!),
      ),
    },
    cotangents: { y: encode("float32", [m, n], dy) },
    grads: {
      a: encode(
        "float64",
        [m, k],
        product(m, n, k, (i, l, j) => dy[i * n + l]! * b[j * n + l]!),
      ),
      b: encode(
        "float64",
        [k, n],
        product(k, m, n, (i, l, j) => a[l * k + i]! * dy[l * n + j]!),
      ),
    },
    torch_f32_err: {},
  };
}

/** [4, 1, 6] + [3, 1], a gradient for the second only. */
function addCase(): object {
  const [a, b, dy] = [draw([4, 1, 6]), draw([3, 1]), draw([4, 3, 6])];
  const y = dy.map((_, o) => a[Math.floor(o / 18) * 6 + (o % 6)]! + b[Math.floor(o / 6) % 3]!);
  const db = [0, 0, 0];
  dy.forEach((d, o) => (db[Math.floor(o / 6) % 3]! += d));
  return {
    id: "synthetic/add",
    op: "add",
    attrs: {},
    inputs: { a: encode("float32", [4, 1, 6], a), b: encode("float32", [3, 1], b) },
    outputs: { y: encode("float64", [4, 3, 6], y) },
    cotangents: { y: encode("float32", [4, 3, 6], dy) },
    grads: { b: encode("float64", [3, 1], db) },
    torch_f32_err: { y: { max_abs: 0 } },
  };
}

/** A relu RNN of two layers in both directions, time first, from nothing, by its formula in float64. */
function rnnCase(time: number, batch: number, features: number, units: number): object {
  const inputs: Record<string, Encoded> = {};
  const given = (name: string, ...shape: number[]): number[] => {
    const values = draw(shape).map((v) => Math.fround(v / 2));
    inputs[name] = encode("float32", shape, values);
    return values;
  };
  let x = given("x", time, batch, features);
  let width = features;
  const last: number[] = [];
  for (const layer of [0, 1]) {
    const out: number[] = new Array<number>(time * batch * 2 * units).fill(0);
    for (const [d, suffix] of ["", "_reverse"].entries()) {
      const at = `l${layer}${suffix}`;
      const [w, u] = [
        given(`weight_ih_${at}`, units, width),
        given(`weight_hh_${at}`, units, units),
      ];
      const [b, c] = [given(`bias_ih_${at}`, units), given(`bias_hh_${at}`, units)];
      let h: number[] = new Array<number>(batch * units).fill(0);
      for (let step = 0; step < time; step++) {
        const t = d === 0 ? step : time - 1 - step;
        h = h.map((_, i) => {
          const [row, j] = [Math.floor(i / units), i % units];
          let sum = b[j]! + c[j]!;
          for (let k = 0; k < width; k++)
            sum += w[j * width + k]! * x[(t * batch + row) * width + k]!;
          for (let k = 0; k < units; k++) sum += u[j * units + k]! * h[row * units + k]!;
          return Math.max(sum, 0);
        });
        h.forEach((v, i) => {
          out[(t * batch + Math.floor(i / units)) * 2 * units + d * units + (i % units)] = v;
        });
      }
      last.push(...h);
    }
    x = out;
    width = 2 * units;
  }
  return {
    id: "synthetic/rnn",
    op: "rnn",
    attrs: { layers: 2, bidirectional: true, nonlinearity: "relu" },
    inputs,
    outputs: {
      y: encode("float64", [time, batch, 2 * units], x),
      hn: encode("float64", [4, batch, units], last),
    },
    torch_f32_err: {},
  };
}

/** Ops over shapes that the committed files do not have: scalars, empty tensors, more than 96 elements. */
export function syntheticOps(): object {
  const shapes: Shape[] = [[4, 1, 6], [], [1], [0, 3], [2, 1, 1, 5], [11, 13], [1, 131]];
  const cases = shapes.flatMap((shape) => [
    unaryCase("exp", shape, Math.exp, Math.exp),
    unaryCase(
      "relu",
      shape,
      (x) => Math.max(x, 0),
      (x) => (x > 0 ? 1 : 0),
    ),
  ]);
  return {
    format: "golden-ops/1",
    set: "synthetic",
    cases: [...cases, matmulCase(1, 9, 2), matmulCase(13, 5, 19), addCase(), rnnCase(4, 5, 3, 2)],
  };
}

/** SGD with momentum over a scalar and a row, by its formula. */
export function syntheticOptimizers(): object {
  const shapes: Shape[] = [[], [9]];
  const steps = 5;
  const params = shapes.map(draw);
  const gradients = shapes.map((shape) => draw([steps, ...shape]));
  const [lr, momentum] = [0.03, 0.7];
  const trajectories = params.map((p, i) => {
    const w = [...p];
    const v = w.map(() => 0);
    const out: number[] = [];
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k < w.length; k++) {
        v[k] = momentum * v[k]! + gradients[i]![t * w.length + k]!;
        w[k]! -= lr * v[k]!;
      }
      out.push(...w);
    }
    return out;
  });
  const stepped = shapes.map((shape) => [steps, ...shape]);
  return {
    format: "golden-optim/1",
    set: "synthetic",
    params0: params.map((p, i) => encode("float32", shapes[i]!, p)),
    gradient_sequences: { odd: gradients.map((g, i) => encode("float32", stepped[i]!, g)) },
    cases: [
      {
        id: "synthetic/sgd",
        kind: "gradient_sequence",
        optimizer: "SGD",
        hyper: { lr, momentum },
        gradients: "odd",
        trajectory_f64: trajectories.map((values, i) => encode("float64", stepped[i]!, values)),
      },
    ],
  };
}

/** One epoch of one linear layer by SGD, in float64, over rows of features with a number each. */
export function syntheticTraining(
  dataset: string,
  train: Rows,
  test: Rows,
  batchSize: number,
): object {
  const { features } = train;
  const rows = train.y.length;
  const order = Array.from({ length: rows }, (_, i) => (i * 7) % rows);
  const lr = 0.05;
  const w0 = draw([1, features]).map((v) => Math.fround(v / 8));
  const w = [...w0, 0];
  const input = (from: Rows, i: number, j: number): number =>
    j < features ? from.x[i * features + j]! : 1;
  const error = (from: Rows, i: number): number =>
    w.reduce((sum, v, j) => sum + v * input(from, i, j), -from.y[i]!);
  const losses: number[] = [];
  let total = 0;
  for (let at = 0; at < rows; at += batchSize) {
    const batch = order.slice(at, at + batchSize);
    const errors = batch.map((i) => error(train, i));
    losses.push(errors.reduce((sum, e) => sum + e * e, 0) / batch.length);
    total += losses.at(-1)! * batch.length;
    for (let j = 0; j <= features; j++) {
      const g = batch.reduce((sum, i, k) => sum + errors[k]! * input(train, i, j), 0);
      w[j]! -= (lr * 2 * g) / batch.length;
    }
  }
  const after = [...test.y].reduce((sum, _, i) => sum + error(test, i) ** 2, 0) / test.y.length;
  const course = {
    step_losses: losses.slice(0, 40),
    epoch_train_loss: [total / rows],
    epoch_test: [[after]],
  };
  const run = {
    id: "synthetic/linear",
    dataset,
    arch: "mlp",
    sizes: [features, 1],
    activation: "relu",
    loss: "mse, mean over the batch",
    optimizer: "SGD",
    hyper: { lr },
    batch_size: batchSize,
    batch_order: encode("int32", [1, rows], order),
    initial: { w0: encode("float32", [1, features], w0), b0: encode("float32", [1], [0]) },
    float64: course,
    float32: course,
  };
  return { format: "golden-train/1", set: "synthetic", runs: [run] };
}
