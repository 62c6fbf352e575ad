import { expect, test } from "vitest";
import { batchNorm } from "../../src/ops/groupNorm.ts";
import { trace } from "../../src/plan/trace.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";

/** Mean and variance in f64, in two passes. */
function exact(data: Float32Array, c: number, channel: number): [number, number] {
  const own = data.filter((_, i) => i % c === channel);
  const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
  return [mean, own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length];
}

/** Rows of c channels: a mean of 1000 and a deviation of about 0.3, changed by `spoil`. */
function rows(n: number, c: number, spoil: (data: Float32Array) => void = () => {}): Float32Array {
  const random = new TestRandom(7);
  const data = Float32Array.from(
    { length: n * c },
    () => 1000 + random.integer(2 ** 20) / 2 ** 20 + (random.integer(2 ** 20) / 2 ** 20 - 1) / 4,
  );
  spoil(data);
  return data;
}

/** The largest relative errors of mean and of variance. */
async function errors(data: Float32Array, c: number): Promise<[number, number]> {
  const run = trace((x) => {
    const { mean, variance } = batchNorm(x);
    return [mean, variance];
  });
  const [mean, variance] = await run(tensor(data, [data.length / c, c]));
  let [ofMean, ofVariance] = [0, 0];
  for (let k = 0; k < c; k += Math.ceil(c / 5)) {
    const [m, v] = exact(data, c, k);
    ofMean = Math.max(ofMean, Math.abs(mean!.data[k]! - m) / Math.abs(m));
    ofVariance = Math.max(ofVariance, Math.abs(variance!.data[k]! - v) / v);
  }
  return [ofMean, ofVariance];
}

// A mean is one rounding to f32 away (6e-8). A variance is a sum of squares of differences that are exact, in f32
// within a block of at most 256 rows: a few 1e-7.
test.each([
  [100_003, 1],
  [100_003, 3],
  [100_003, 16],
  [20_001, 67],
])("batchNorm() has the statistics of %i rows of %i channels to f32's precision", async (n, c) => {
  const [mean, variance] = await errors(rows(n, c), c);
  expect(mean).toBeLessThan(1e-7);
  expect(variance).toBeLessThan(1e-6);
});

test("batchNorm() has them where the first rows are far from all others", async () => {
  const [mean, variance] = await errors(
    rows(100_003, 3, (data) => data.fill(900, 0, 24)),
    3,
  );
  expect(mean).toBeLessThan(1e-7);
  // One block of 98 is about a number 100 to 300 deviations away.
  expect(variance).toBeLessThan(1e-5);
});
