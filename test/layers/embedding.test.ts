import { expect, test } from "vitest";
import { dense } from "../../src/layers/dense.ts";
import { embedding } from "../../src/layers/embedding.ts";
import { flatten } from "../../src/layers/flatten.ts";
import { input } from "../../src/layers/layerTensor.ts";
import { fromConfig } from "../../src/model/fromConfig.ts";
import { model } from "../../src/model/functional.ts";
import { type Sequential, sequential } from "../../src/model/sequential.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const table = [
  [1, 2],
  [3, 4],
  [5, 6],
];

function rows(): Sequential {
  const net = sequential([embedding({ inputDim: 3, outputDim: 2, inputShape: [2] })]);
  net.setWeights([table]);
  return net;
}

test("embedding() gives a row for each index, from data of any whole dtype", async () => {
  const expected = [
    [
      [5, 6],
      [1, 2],
    ],
  ];
  for (const dtype of ["float32", "int32", "uint8"] as const)
    expect((await rows().predict(tensor([[2, 0]], undefined, dtype))).array()).toEqual(expected);
  expect((await rows().predict([[2, 0]])).array()).toEqual(expected);
});

test("embedding() names data that are no indices", async () => {
  await expect(rows().predict([[0, 3]])).rejects.toThrow(
    'x must hold indices in [0, 3) for embedding "embedding", but row 0, element 1 is 3; raise inputDim',
  );
  await expect(
    rows().predict([
      [0, 1],
      [-1, 0],
    ]),
  ).rejects.toThrow("row 1, element 0 is -1");
  await expect(rows().predict([[0.5, 0]])).rejects.toThrow("must hold whole numbers");
  expect(() => embedding({ inputDim: 0, outputDim: 1 })).toThrow(
    "embedding: inputDim must be a whole number >= 1, got 0",
  );
  expect(() => embedding({ inputDim: 1, outputDim: 1, maskzero: true } as never)).toThrow(
    'embedding: unknown option "maskzero"; it is "maskZero" here',
  );
});

test("embedding() takes whole floats from another layer", async () => {
  const x = input([2]);
  const net = model({ inputs: x, outputs: embedding({ inputDim: 3, outputDim: 2 })(x) });
  net.setWeights([table]);
  expect((await net.predict([[2, 0]])).array()).toEqual([
    [
      [5, 6],
      [1, 2],
    ],
  ]);
});

test("fit() moves the rows that a batch names, the more the oftener", async () => {
  const net = sequential([
    embedding({ inputDim: 4, outputDim: 1, inputShape: [3] }),
    flatten(),
    dense({ units: 1, kernelInitializer: "ones", useBias: false }),
  ]);
  net.setWeights([
    [[0], [0], [0], [0]],
    [[1], [1], [1]],
  ]);
  net.layers.at(-1)!.trainable = false;
  net.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: "meanSquaredError" });
  await net.fit([[1, 3, 1]], [1], { epochs: 1 });
  // d loss / d sum = 2 (0 - 1) = -2.
  expect(net.getWeights()[0]!.array()).toEqual([[0], [2], [0], [1]]);
});

test("a model with an embedding is made again from its configuration", async () => {
  const again = fromConfig(rows().toConfig());
  again.setWeights([table]);
  expect((await again.predict([[1, 1]])).array()).toEqual([
    [
      [3, 4],
      [3, 4],
    ],
  ]);
});
