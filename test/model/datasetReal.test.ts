import { expect } from "vitest";
import { gunzipSync } from "node:zlib";
import {
  adam,
  dataset,
  defineLayer,
  dense,
  flatten,
  ops,
  sequential,
  tensor,
} from "../../src/index.ts";
import type { AnyModel } from "../../src/model/model.ts";
import { sharedFile, testWithShared } from "../shared.ts";

const MNIST = [
  "train-images-idx3",
  "train-labels-idx1",
  "t10k-images-idx3",
  "t10k-labels-idx1",
].map((name) => `data/mnist/${name}-ubyte.gz`);

/** Bytes to [0, 1], in the model: the data stays bytes in linear memory. */
const scaled = defineLayer<Record<never, never>>({
  name: "scaled",
  defaults: {},
  call: ([x]) => ops.mul(x!, 1 / 255),
});

const bitsOf = (model: AnyModel): unknown => model.getWeights().map((t) => [...t.data]);

testWithShared(
  "an epoch over MNIST as bytes reaches 93 %, kept in memory or streamed to the same bits",
  MNIST,
  async () => {
    const [images, labels, testImages, testLabels] = MNIST.map((path) => sharedFile(path));
    const train = await dataset.idx(images!, labels!);
    const test = await dataset.idx(testImages!, testLabels!);
    expect([train.size, test.size]).toEqual([60_000, 10_000]);
    const epoch = async (memoryBudget: number): Promise<AnyModel> => {
      const model = sequential([
        scaled({ inputShape: [28, 28, 1] }),
        flatten(),
        dense({ units: 128, activation: "relu" }),
        dense({ units: 10, activation: "softmax" }),
      ]);
      model.compile({
        optimizer: adam({ learningRate: 1e-3 }),
        loss: "sparseCategoricalCrossentropy",
        metrics: ["accuracy"],
      });
      await model.fit(train.shuffle(1).batch(64).memoryBudget(memoryBudget));
      return model;
    };
    const [kept, streamed] = [await epoch(2 ** 30), await epoch(2 ** 20)];
    expect(bitsOf(streamed)).toEqual(bitsOf(kept));
    const { accuracy } = await kept.evaluate(test.batch(500));
    expect(accuracy).toBeGreaterThan(0.93);
  },
);

testWithShared(
  "CIFAR-10's records become images, learnt better than chance",
  ["data/cifar10/train_4000_lossless.bin.gz", "data/cifar10/test_2000_jpeg.bin.gz"],
  async () => {
    /** Records of a label and three planes of 32 x 32 bytes. */
    const records = (path: string) => {
      const bytes = new Uint8Array(gunzipSync(sharedFile(path)));
      return dataset.fromGenerator(
        function* () {
          for (let at = 0; at < bytes.length; at += 3073) {
            const image = new Uint8Array(3072);
            for (let i = 0; i < 1024; i++)
              for (let c = 0; c < 3; c++) image[3 * i + c] = bytes[at + 1 + 1024 * c + i]!;
            yield { x: tensor(image, [32, 32, 3]), y: bytes[at]! };
          }
        },
        { size: bytes.length / 3073 },
      );
    };
    const train = records("data/cifar10/train_4000_lossless.bin.gz");
    const centred = train.map(({ x, y }) => {
      const { data, shape } = x as ReturnType<typeof tensor>;
      return {
        x: tensor(
          Float32Array.from(data, (v) => v / 127.5 - 1),
          shape,
        ),
        y: y!,
      };
    });
    const model = sequential([
      flatten({ inputShape: [32, 32, 3] }),
      dense({ units: 64, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ]);
    model.compile({
      optimizer: adam({ learningRate: 1e-3 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const cached = await centred.cache();
    const [held, rest] = cached.split(0.2, { seed: 1 });
    const history = await model.fit(rest.shuffle(2).batch(32), {
      epochs: 4,
      validationData: held.batch(100),
    });
    expect(history.last("val_accuracy")).toBeGreaterThan(0.25);
  },
);
