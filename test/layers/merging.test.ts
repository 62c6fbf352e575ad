import { expect, test } from "vitest";
import { add } from "../../src/layers/add.ts";
import { average } from "../../src/layers/average.ts";
import { concatenate } from "../../src/layers/concatenate.ts";
import { cropping1d } from "../../src/layers/cropping1d.ts";
import { cropping2d } from "../../src/layers/cropping2d.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { dot } from "../../src/layers/dot.ts";
import { input } from "../../src/layers/layerTensor.ts";
import { maximum } from "../../src/layers/maximum.ts";
import { minimum } from "../../src/layers/minimum.ts";
import { multiply } from "../../src/layers/multiply.ts";
import { permute } from "../../src/layers/permute.ts";
import { repeatVector } from "../../src/layers/repeatVector.ts";
import { subtract } from "../../src/layers/subtract.ts";
import { zeroPadding1d } from "../../src/layers/zeroPadding1d.ts";
import { zeroPadding2d } from "../../src/layers/zeroPadding2d.ts";
import { model } from "../../src/model/functional.ts";
import { type NestedNumbers, tensor } from "../../src/tensor/tensor.ts";

/** What a layer gives for a sample of each input. */
async function apply(layer: Layer, ...samples: NestedNumbers[]): Promise<NestedNumbers> {
  const inputs = samples.map((s) => input(tensor(s).shape));
  const net = model({ inputs, outputs: layer(...inputs) });
  const out = await net.predict(samples.length === 1 ? [samples[0]!] : samples.map((s) => [s]));
  return (out.array() as NestedNumbers[])[0]!;
}

test("layers that merge combine two inputs and more, element by element", async () => {
  expect(await apply(add(), [1, 2], [3, 4], [5, 6])).toEqual([9, 12]);
  expect(await apply(subtract(), [1, 2], [3, 5])).toEqual([-2, -3]);
  expect(await apply(multiply(), [1, 2], [3, 4])).toEqual([3, 8]);
  expect(await apply(average(), [1, 2], [3, 4], [5, 0])).toEqual([3, 2]);
  expect(await apply(maximum(), [1, 4], [3, 2])).toEqual([3, 4]);
  expect(await apply(minimum(), [1, 4], [3, 2])).toEqual([1, 2]);
});

test("samples of fewer axes broadcast behind the batch axis, as in Keras", async () => {
  expect(
    await apply(
      add(),
      [
        [1, 2],
        [3, 4],
      ],
      [10, 20],
    ),
  ).toEqual([
    [11, 22],
    [13, 24],
  ]);
});

test("concatenate() joins along the last axis, or another", async () => {
  expect(
    await apply(
      concatenate(),
      [[1], [2]],
      [
        [3, 4],
        [5, 6],
      ],
    ),
  ).toEqual([
    [1, 3, 4],
    [2, 5, 6],
  ]);
  expect(await apply(concatenate({ axis: 1 }), [[1]], [[3], [5]])).toEqual([[1], [3], [5]]);
  expect(() => concatenate({ axis: 0 })).toThrow("axis must be a whole number that is not 0");
});

test("dot() sums products along an axis of each input", async () => {
  expect(await apply(dot({ axes: 1 }), [1, 2], [3, 4])).toEqual([11]);
  expect(await apply(dot({ axes: 1, normalize: true }), [3, 4], [4, 3])).toEqual([
    expect.closeTo(0.96, 6),
  ]);
  // [2, 3] and [3, 2]: axis 2 of the first with axis 1 of the second is a product of matrices.
  const product = await apply(
    dot({ axes: [2, 1] }),
    [
      [1, 0, 2],
      [0, 1, 0],
    ],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  );
  expect(product).toEqual([
    [11, 14],
    [3, 4],
  ]);
  await expect(apply(dot({ axes: 1 }), [1, 2], [3, 4, 5])).rejects.toThrow(
    'dot "dot": axes 1 and 1 must have one length',
  );
});

test("layers that merge name a wrong number of inputs", () => {
  expect(() => add()(input([2]))).toThrow('add "add": takes at least 2 inputs, got [batch, 2]');
  const x = input([2]);
  expect(() => subtract()(x, x, x)).toThrow('subtract "subtract": takes 2 inputs');
});

test("permute() and repeatVector() reorder and repeat", async () => {
  expect(await apply(permute({ dims: [2, 1] }), [[1, 2, 3]])).toEqual([[1], [2], [3]]);
  expect(() => permute({ dims: [1] })(input([2, 3]))).toThrow("dims must name the axes 1 to 2");
  expect(await apply(repeatVector({ n: 2 }), [1, 2])).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(() => repeatVector({ n: 0 })).toThrow("n must be a whole number >= 1, got 0");
});

test("zeroPadding and cropping add and cut margins", async () => {
  expect(await apply(zeroPadding1d(), [[1], [2]])).toEqual([[0], [1], [2], [0]]);
  expect(await apply(zeroPadding1d({ padding: [0, 1] }), [[1]])).toEqual([[1], [0]]);
  expect(await apply(cropping1d({ cropping: [1, 0] }), [[1], [2]])).toEqual([[2]]);
  const image = [
    [[1], [2]],
    [[3], [4]],
  ];
  expect(
    await apply(
      zeroPadding2d({
        padding: [
          [1, 0],
          [0, 1],
        ],
      }),
      image,
    ),
  ).toEqual([
    [[0], [0], [0]],
    [[1], [2], [0]],
    [[3], [4], [0]],
  ]);
  expect(
    await apply(
      cropping2d({
        cropping: [
          [1, 0],
          [0, 1],
        ],
      }),
      image,
    ),
  ).toEqual([[[3]]]);
  const first = [
    [
      [1, 2],
      [3, 4],
    ],
  ];
  const options = { padding: [1, 0] as const, dataFormat: "channelsFirst" as const };
  expect(await apply(zeroPadding2d(options), first)).toEqual([
    [
      [0, 0],
      [1, 2],
      [3, 4],
      [0, 0],
    ],
  ]);
  await expect(apply(cropping1d({ cropping: 1 }), [[1], [2]])).rejects.toThrow(
    "cropping must leave something of [batch, 2, 1]",
  );
  expect(() => zeroPadding1d({ padding: -1 })).toThrow("zeroPadding1d: padding must be a whole");
  // @ts-expect-error -- the compiler knows the shape as well
  expect(() => zeroPadding2d()(input([2]))).toThrow(
    "input must have 4 axes [batch, height, width, channels], got [batch, 2]",
  );
});
