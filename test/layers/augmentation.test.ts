import { describe, expect, test } from "vitest";
import { alphaDropout } from "../../src/layers/alphaDropout.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { gaussianDropout } from "../../src/layers/gaussianDropout.ts";
import { gaussianNoise } from "../../src/layers/gaussianNoise.ts";
import { randomContrast } from "../../src/layers/randomContrast.ts";
import { centerCrop, randomCrop } from "../../src/layers/randomCrop.ts";
import { randomFlip } from "../../src/layers/randomFlip.ts";
import { randomRotation } from "../../src/layers/randomRotation.ts";
import { randomTranslation } from "../../src/layers/randomTranslation.ts";
import { spatialDropout1d, spatialDropout2d } from "../../src/layers/spatialDropout.ts";
import { sequential } from "../../src/model/sequential.ts";
import { trace } from "../../src/plan/trace.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** The layer's output in training, at step 0 with the seed of its options. */
async function train(layer: Layer, x: Tensor, firstStream = 0): Promise<Tensor> {
  let stream = firstStream;
  return trace((t) => {
    const out = layer.call([t], {
      params: {},
      training: true,
      frozen: false,
      randomStream: () => ++stream,
      update: () => {},
    });
    return out as SymbolicTensor;
  })(x);
}

/** 0, 1, 2, ... */
function counting(shape: Shape): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
}

const seed = 5;
const images = counting([16, 5, 4, 3]);
const LAYERS: Readonly<Record<string, (seed: number) => Layer>> = {
  randomFlip: (s) => randomFlip({ seed: s }),
  randomRotation: (s) => randomRotation({ factor: 0.3, seed: s }),
  randomTranslation: (s) => randomTranslation({ heightFactor: 0.4, widthFactor: 0.4, seed: s }),
  randomContrast: (s) => randomContrast({ factor: 0.5, seed: s, valueRange: [-1e4, 1e4] }),
  spatialDropout2d: (s) => spatialDropout2d({ rate: 0.5, seed: s }),
  gaussianNoise: (s) => gaussianNoise({ stddev: 1, seed: s }),
  gaussianDropout: (s) => gaussianDropout({ rate: 0.5, seed: s }),
  alphaDropout: (s) => alphaDropout({ rate: 0.5, seed: s }),
};

describe.each(Object.entries(LAYERS))("%s()", (_, make) => {
  test("keeps the shape, and draws the same for the same seed alone", async () => {
    const first = await train(make(seed), images);
    expect(first.shape).toEqual(images.shape);
    expect([...first.data].every((v) => Number.isFinite(v))).toBe(true);
    expect([...(await train(make(seed), images)).data]).toEqual([...first.data]);
    expect([...(await train(make(seed + 1), images)).data]).not.toEqual([...first.data]);
    expect([...(await train(make(seed), images, 7)).data]).not.toEqual([...first.data]);
  });

  test("passes its input on in prediction", async () => {
    const y = await sequential([make(seed)]).predict(images);
    expect([...y.data]).toEqual([...images.data]);
  });
});

/** Sample n of a tensor as nested arrays. */
const sample = (t: Tensor, n: number): number[][][] => (t.array() as number[][][][])[n]!;

test("randomFlip() mirrors about half of the samples, left and right alone where it is told to", async () => {
  const y = await train(randomFlip({ mode: "horizontal", seed }), images);
  let flipped = 0;
  for (let n = 0; n < 16; n++) {
    const before = sample(images, n);
    const mirrored = before.map((row) => row.toReversed());
    const got = sample(y, n);
    if (got[0]![0]![0] !== before[0]![0]![0]) flipped++;
    expect([before, mirrored]).toContainEqual(got);
  }
  // 16 fair coins leave 3 to 13 in 99.9 % of the seeds; this seed does.
  expect(flipped).toBeGreaterThanOrEqual(3);
  expect(flipped).toBeLessThanOrEqual(13);
});

test("randomFlip() mirrors in all four ways by default", async () => {
  const many = counting([64, 2, 2, 1]);
  const y = await train(randomFlip({ seed }), many);
  const corners = Array.from({ length: 64 }, (_, n) => y.data[4 * n]! - 4 * n);
  expect(new Set(corners)).toEqual(new Set([0, 1, 2, 3]));
});

test("randomCrop() takes parts of the images anywhere, and their middle in prediction", async () => {
  const options = { height: 2, width: 3 };
  const one = counting([1, 6, 5, 1]);
  const many = tensor(
    Float32Array.from({ length: 64 * 30 }, (_, i) => i % 30),
    [64, 6, 5, 1],
  );
  const y = await train(randomCrop({ ...options, seed }), many);
  expect(y.shape).toEqual([64, 2, 3, 1]);
  const firsts = new Set<number>();
  for (let n = 0; n < 64; n++) {
    const [first, ...rest] = [...y.data.slice(6 * n, 6 * n + 6)];
    firsts.add(first!);
    expect(rest).toEqual([1, 2, 5, 6, 7].map((d) => first! + d));
  }
  // 5 rows and 3 columns to begin at.
  expect([...firsts].every((v) => v % 5 <= 2 && v < 25)).toBe(true);
  expect(firsts.size).toBeGreaterThan(10);
  const middle = [11, 12, 13, 16, 17, 18];
  expect([...(await sequential([randomCrop(options)]).predict(one)).data]).toEqual(middle);
  expect([...(await sequential([centerCrop(options)]).predict(one)).data]).toEqual(middle);
});

test("randomRotation() turns counter-clockwise by a known angle", async () => {
  const image = tensor([
    [
      [[1], [2]],
      [[3], [4]],
    ],
  ]);
  const quarter = randomRotation({ factor: [0.25, 0.25], interpolation: "nearest" });
  expect((await train(quarter, image)).array()).toEqual([
    [
      [[2], [4]],
      [[1], [3]],
    ],
  ]);
});

test("randomTranslation() moves down and to the right by known shares", async () => {
  const image = tensor([
    [
      [[1], [2]],
      [[3], [4]],
    ],
  ]);
  const options = { heightFactor: [0.5, 0.5], widthFactor: [0, 0] } as const;
  expect(
    (await train(randomTranslation({ ...options, fillMode: "constant" }), image)).array(),
  ).toEqual([
    [
      [[0], [0]],
      [[1], [2]],
    ],
  ]);
  expect((await train(randomTranslation(options), image)).array()).toEqual([
    [
      [[1], [2]],
      [[1], [2]],
    ],
  ]);
  const right = randomTranslation({ heightFactor: 0, widthFactor: [0.5, 0.5] });
  expect((await train(right, image)).array()).toEqual([
    [
      [[1], [1]],
      [[3], [3]],
    ],
  ]);
});

test("randomContrast() keeps the mean of each channel, and what it gives within its range", async () => {
  const y = await train(randomContrast({ factor: [0.5, 0], seed, valueRange: [0, 1e4] }), images);
  for (let n = 0; n < 16; n++) {
    const [before, after] = [sample(images, n).flat(), sample(y, n).flat()];
    const factor = (after[19]![0]! - after[0]![0]!) / (before[19]![0]! - before[0]![0]!);
    expect(factor).toBeGreaterThanOrEqual(0.499);
    expect(factor).toBeLessThanOrEqual(1.001);
    for (const c of [0, 1, 2]) {
      const mean = (rows: readonly (readonly number[])[]): number =>
        rows.reduce((sum, cell) => sum + cell[c]! / 20, 0);
      expect(mean(after)).toBeCloseTo(mean(before), 2);
    }
  }
  const clipped = await train(randomContrast({ factor: 0.5, seed, valueRange: [10, 20] }), images);
  expect(Math.min(...clipped.data)).toBe(10);
  expect(Math.max(...clipped.data)).toBe(20);
});

test("spatial dropouts drop whole channels, and scale what they keep", async () => {
  const ones = tensor(new Float32Array(16 * 5 * 4 * 3).fill(1), [16, 5, 4, 3]);
  const y = await train(spatialDropout2d({ rate: 0.5, seed }), ones);
  const kinds = new Set<number>();
  for (let n = 0; n < 16; n++) {
    const cells = sample(y, n).flat();
    for (const c of [0, 1, 2]) {
      const values = new Set(cells.map((cell) => cell[c]!));
      expect(values.size).toBe(1);
      kinds.add([...values][0]!);
    }
  }
  expect(kinds).toEqual(new Set([0, 2]));
  const lines = await train(
    spatialDropout1d({ rate: 0.5, seed, dataFormat: "channelsFirst" }),
    tensor(new Float32Array(64 * 3 * 5).fill(1), [64, 3, 5]),
  );
  for (let row = 0; row < 64 * 3; row++)
    expect(new Set(lines.data.slice(5 * row, 5 * row + 5)).size).toBe(1);
});

/** Mean and variance of many. */
function moments(t: Tensor): [number, number] {
  const mean = [...t.data].reduce((a, b) => a + b, 0) / t.size;
  const variance = [...t.data].reduce((a, b) => a + (b - mean) ** 2, 0) / t.size;
  return [mean, variance];
}

test("noise layers have the mean and the variance that they state", async () => {
  const n = 20_000;
  const zeros = tensor(new Float32Array(n), [n]);
  const ones = tensor(new Float32Array(n).fill(1), [n]);
  // 4 standard errors of a mean; those of a variance of normal numbers are sqrt(2) times as wide.
  const error = 4 / Math.sqrt(n);
  const [mean, variance] = moments(await train(gaussianNoise({ stddev: 0.5, seed }), zeros));
  expect(Math.abs(mean)).toBeLessThan(0.5 * error);
  expect(Math.abs(variance - 0.25)).toBeLessThan(0.25 * 1.5 * error);
  const [one, share] = moments(await train(gaussianDropout({ rate: 0.2, seed }), ones));
  expect(Math.abs(one - 1)).toBeLessThan(0.5 * error);
  expect(Math.abs(share - 0.25)).toBeLessThan(0.25 * 1.5 * error);
  // Of zeros alphaDropout gives b, or a times selu's limit plus b.
  const rate = 0.1;
  const limit = -1.7580993408473766;
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * limit * limit));
  const y = await train(alphaDropout({ rate, seed }), zeros);
  const values = [...new Set(y.data)].sort((p, q) => p - q);
  expect(values.length).toBe(2);
  expect(values[0]).toBeCloseTo(a * limit * (1 - rate), 5);
  expect(values[1]).toBeCloseTo(-a * limit * rate, 5);
});

test("augmentations name what cannot be", async () => {
  expect(() => randomFlip({ mode: "both" as "vertical" })).toThrow(
    "randomFlip: mode must be one of",
  );
  expect(() => randomRotation({ factor: [1, 0] })).toThrow(
    "factor must be a number >= 0 or a pair",
  );
  expect(() => randomRotation({ factor: 0.1, fillMode: "wrap" as "reflect" })).toThrow(
    "fillMode must be",
  );
  expect(() => randomCrop({ height: 0, width: 1 })).toThrow(
    "height must be a whole number >= 1, got 0",
  );
  expect(() => randomContrast({ factor: 2 })).toThrow("factor must lie in [0, 1]");
  expect(() => gaussianNoise({ stddev: -1 })).toThrow("stddev must be >= 0, got -1");
  expect(() => spatialDropout2d({ rate: 1 })).toThrow("rate must lie in [0, 1), got 1");
  await expect(sequential([randomCrop({ height: 9, width: 9 })]).predict(images)).rejects.toThrow(
    "images must have at least 9 x 9 cells, got 5 x 4",
  );
  await expect(sequential([randomFlip()]).predict([[1]])).rejects.toThrow("input must have 4 axes");
});
