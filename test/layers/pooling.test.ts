import { expect, test } from "vitest";
import { averagePooling1d, averagePooling2d } from "../../src/layers/averagePooling.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from "../../src/layers/globalPooling.ts";
import { maxPooling1d, maxPooling2d } from "../../src/layers/maxPooling.ts";
import { upSampling1d, upSampling2d } from "../../src/layers/upSampling.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { NestedNumbers } from "../../src/tensor/tensor.ts";

async function apply(layer: Layer, x: NestedNumbers): Promise<unknown> {
  return (await sequential([layer]).predict(x)).array();
}

/** One sample of 3 x 3 with channels last, 1 to 9 and their negatives. */
const last = [[0, 1, 2].map((i) => [1, 2, 3].map((j) => [3 * i + j, -(3 * i + j)]))];
const first = [
  [1, -1].map((sign) => [0, 1, 2].map((i) => [1, 2, 3].map((j) => sign * (3 * i + j)))),
];
const line = [[[1], [4], [2], [3], [9]]];

test("maxPooling1d() and maxPooling2d() take the largest of each window, of 2 cells by default", async () => {
  expect(await apply(maxPooling1d(), line)).toEqual([[[4], [3]]]);
  expect(await apply(maxPooling1d({ padding: "same" }), line)).toEqual([[[4], [3], [9]]]);
  expect(await apply(maxPooling2d(), last)).toEqual([[[[5, -1]]]]);
  expect(await apply(maxPooling2d({ strides: 1 }), last)).toEqual([
    [
      [
        [5, -1],
        [6, -2],
      ],
      [
        [8, -4],
        [9, -5],
      ],
    ],
  ]);
});

test("averagePooling1d() and averagePooling2d() leave padding out of the mean", async () => {
  expect(await apply(averagePooling1d({ padding: "same" }), line)).toEqual([[[2.5], [2.5], [9]]]);
  expect(await apply(averagePooling2d({ padding: "same" }), last)).toEqual([
    [
      [
        [3, -3],
        [4.5, -4.5],
      ],
      [
        [7.5, -7.5],
        [9, -9],
      ],
    ],
  ]);
});

test("global poolings reduce all positions, and keep the axes where they are told to", async () => {
  expect(await apply(globalAveragePooling1d(), line)).toEqual(
    [[3.8]].map((r) => r.map(Math.fround)),
  );
  expect(await apply(globalMaxPooling1d(), line)).toEqual([[9]]);
  expect(await apply(globalAveragePooling2d(), last)).toEqual([[5, -5]]);
  expect(await apply(globalMaxPooling2d(), last)).toEqual([[9, -1]]);
  expect(await apply(globalMaxPooling2d({ keepDims: true }), last)).toEqual([[[[9, -1]]]]);
});

test("poolings take channels first", async () => {
  const dataFormat = "channelsFirst";
  expect(await apply(maxPooling2d({ dataFormat }), first)).toEqual([[[[5]], [[-1]]]]);
  expect(await apply(averagePooling2d({ dataFormat }), first)).toEqual([[[[3]], [[-3]]]]);
  expect(await apply(globalAveragePooling2d({ dataFormat }), first)).toEqual([[5, -5]]);
  expect(await apply(globalMaxPooling2d({ dataFormat, keepDims: true }), first)).toEqual([
    [[[9]], [[-1]]],
  ]);
  expect(await apply(maxPooling1d({ dataFormat }), [[[1, 4, 2, 3, 9]]])).toEqual([[[4, 3]]]);
});

test("poolings name what cannot be", async () => {
  expect(() => maxPooling2d({ poolSize: 0 })).toThrow(
    "maxPooling2d: poolSize must be a whole number >= 1, or 2 of them, got 0",
  );
  expect(() => averagePooling1d({ strides: [1, 2] })).toThrow("averagePooling1d: strides must be");
  expect(() => maxPooling2d({ padding: "full" as "same" })).toThrow(
    'maxPooling2d: padding must be "valid", "same", or 2 pairs of whole numbers [before, after], got "full"',
  );
  expect(() => globalMaxPooling1d({ dataFormat: "nchw" as "channelsLast" })).toThrow(
    'dataFormat must be "channelsLast" or "channelsFirst", got nchw',
  );
  await expect(apply(maxPooling2d({ poolSize: 4 }), last)).rejects.toThrow(
    "a window of 4 must fit into 3 cells",
  );
  await expect(apply(maxPooling2d(), line)).rejects.toThrow("input must have 4 axes");
});

test("upSampling1d() and upSampling2d() repeat cells, or blend them", async () => {
  expect(await apply(upSampling1d(), [[[1], [2]]])).toEqual([[[1], [1], [2], [2]]]);
  expect(await apply(upSampling2d({ size: [1, 2] }), [[[[1], [2]]]])).toEqual([
    [[[1], [1], [2], [2]]],
  ]);
  expect(
    await apply(upSampling2d({ size: [1, 2], interpolation: "bilinear" }), [[[[0], [4]]]]),
  ).toEqual([[[[0], [1], [3], [4]]]]);
  expect(await apply(upSampling2d({ dataFormat: "channelsFirst" }), [[[[1]], [[2]]]])).toEqual([
    [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [2, 2],
        [2, 2],
      ],
    ],
  ]);
  expect(() => upSampling2d({ size: 0 })).toThrow("size must be a whole number >= 1, got 0");
});
