import { expect, test } from "vitest";
import {
  input,
  model,
  positionEmbedding,
  sequential,
  sinePositionEncoding,
  tensor,
  tokenAndPositionEmbedding,
} from "../../src/index.ts";

test("positionEmbedding() gives each position its vector, whatever the input holds", async () => {
  const layer = positionEmbedding({ sequenceLength: 3 });
  const [short, long] = [2, 3].map((length) => {
    const x = input([length, 2]);
    return model({ inputs: x, outputs: layer(x) });
  });
  const table = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  long!.setWeights([table]);
  expect((await long!.predict(tensor(new Float32Array(12).fill(9), [2, 3, 2]))).array()).toEqual([
    table,
    table,
  ]);
  short!.setWeights([table]);
  expect((await short!.predict(tensor(new Float32Array(4), [1, 2, 2]))).array()).toEqual([
    table.slice(0, 2),
  ]);
  expect(() => layer(input([4, 2]))).toThrow(
    'positionEmbedding "positionEmbedding": a sequence may have up to 3 positions, got 4',
  );
});

test("sinePositionEncoding() alternates sines and cosines of falling frequency", async () => {
  const net = sequential([sinePositionEncoding({ maxWavelength: 100, inputShape: [3, 4] })]);
  const { data } = await net.predict(tensor(new Float32Array(12), [1, 3, 4]));
  for (let i = 0; i < 3; i++) {
    [Math.sin(i), Math.cos(i), Math.sin(i / 10), Math.cos(i / 10)].forEach((expected, j) =>
      expect(data[4 * i + j]).toBeCloseTo(expected, 7),
    );
  }
});

test("tokenAndPositionEmbedding() adds the vectors of token and position, and trains both", async () => {
  const net = sequential([
    tokenAndPositionEmbedding({
      vocabularySize: 3,
      sequenceLength: 2,
      embeddingDim: 1,
      inputShape: [2],
    }),
  ]);
  net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  net.setWeights([
    [[1], [2], [3]],
    [[10], [20]],
  ]);
  const x = [
    [2, 0],
    [1, 1],
  ];
  expect((await net.predict(x)).array()).toEqual([
    [[13], [21]],
    [[12], [22]],
  ]);
  // The loss is the mean of 4 squares: each slope is half the error, and the rate .01.
  await net.fit(x, tensor([13, 21, 8, 22], [2, 2, 1]), { batchSize: 2, epochs: 1 });
  const [tokens, positions] = net.getWeights();
  expect(tokens!.array()).toEqual([[1], [expect.closeTo(1.98, 6)], [3]]);
  expect(positions!.array()).toEqual([[expect.closeTo(9.98, 5)], [20]]);
});
