import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type Model, type Tensor, decodeIdx, tensor } from "../../src/index.ts";
import { sharedFile } from "../shared.ts";

/** Where the shared models lie. */
export const models: string = `${
  process.env.THALWEG_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url))
}/models`;

interface Encoded {
  dtype: string;
  shape: number[];
  data?: (number | string)[];
  b64?: string;
}

/** A tensor of a golden file, in float64. */
export function golden({ data, b64 }: Encoded): Float64Array {
  if (data) return Float64Array.from(data, Number);
  const bytes = Buffer.from(b64!, "base64");
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

export function goldenFile(path: string): Record<string, never> {
  return JSON.parse(new TextDecoder().decode(sharedFile(`models/${path}`)));
}

/** Largest difference, held against 1e-4 of the largest value or of 1. */
export function expectClose(got: Tensor, want: Float64Array): void {
  expect(got.data.length).toBe(want.length);
  let [worst, scale] = [0, 1];
  want.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(got.data[i]! - value));
    scale = Math.max(scale, Math.abs(value));
  });
  expect(worst / scale).toBeLessThan(1e-4);
}

/**
 * Training changes every trained parameter of the model, all stay finite, and the loss falls by a tenth and more: towards
 * other classes where the model gives probabilities, otherwise towards 0.3 everywhere.
 */
export async function expectTrains(model: Model, x: Tensor, units: number): Promise<void> {
  const rows = x.shape[0]!;
  const row = [...(await model.predict(x)).data.subarray(0, units)];
  const classes = units > 1 && Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-3;
  const wanted = Float32Array.from({ length: rows * units }, (_, i) =>
    classes ? Number(i % units === (7 * Math.floor(i / units) + 3) % units) : 0.3,
  );
  model.compile({
    optimizer: "adam",
    loss: classes ? "categoricalCrossentropy" : "meanSquaredError",
  });
  const before = model.getWeights();
  const { history } = await model.fit(x, tensor(wanted, [rows, units]), {
    epochs: 8,
    batchSize: rows,
    seed: 1,
  });
  const losses = history["loss"]!;
  expect(Math.min(...losses.slice(-3))).toBeLessThan(0.9 * losses[0]!);
  const after = model.getWeights();
  model.variables.forEach((v, i) => {
    expect(after[i]!.data.every(Number.isFinite)).toBe(true);
    if (v.spec.trainable !== false)
      expect(
        after[i]!.data.some((value, j) => value !== before[i]!.data[j]),
        v.name,
      ).toBe(true);
  });
}

/** The first images of MNIST's test set, [n, 28, 28, 1] in 0..1. */
export function mnist(n: number): Tensor {
  const bytes = gunzipSync(sharedFile("data/mnist/t10k-images-idx3-ubyte.gz"));
  const { data } = decodeIdx(new Uint8Array(bytes));
  return tensor(
    Float32Array.from(data.subarray(0, n * 784), (v) => v / 255),
    [n, 28, 28, 1],
  );
}

/** The flower, [1, 224, 224, 3], each byte by `f(value, channel)` in the channels' order. */
export function flower(
  order: readonly number[],
  f: (value: number, channel: number) => number,
): Tensor {
  const bytes = sharedFile("models/images/flower_224x224x3.u8");
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 3)
    order.forEach((from, to) => (data[i + to] = f(bytes[i + from]!, to)));
  return tensor(data, [1, 224, 224, 3]);
}

/** Rows 1437 to 1452 of the digits, [16, 8, 8, 1] in 0..1. */
export function digits(): Tensor {
  const path = fileURLToPath(new URL("../../data/digits.csv.gz", import.meta.url));
  const lines = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  const first = lines.length - 1797;
  const rows = lines.slice(first + 1437, first + 1453).map((line) => line.split(",").slice(0, 64));
  return tensor(
    Float32Array.from(rows.flat(), (v) => Number(v) / 16),
    [16, 8, 8, 1],
  );
}
