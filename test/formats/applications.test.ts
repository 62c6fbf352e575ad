import { expect, test } from "vitest";
import {
  type Model,
  decodePredictions,
  mobileNet,
  mobileNetV2,
  preprocessInput,
  resNet18,
  resNet50,
  squeezeNet,
  tensor,
  vgg16,
} from "../../src/index.ts";
import { sharedFile, testWithShared } from "../shared.ts";
import { expectClose, expectTrains, golden, goldenFile, models } from "./shared.ts";

function parameters(net: Model): number {
  return net.variables.reduce((sum, v) => sum + v.size, 0);
}

test("applications have the published numbers of parameters, running statistics of ResNet besides", async () => {
  expect(parameters(await vgg16())).toBe(138_357_544);
  expect(parameters(await vgg16({ includeTop: false }))).toBe(14_714_688);
  expect(parameters(await mobileNet())).toBe(4_253_864);
  expect(parameters(await squeezeNet())).toBe(1_235_496);
  const trained = (net: Model): number =>
    net.variables.reduce((sum, v) => sum + (v.spec.trainable === false ? 0 : v.size), 0);
  expect(trained(await resNet18())).toBe(11_689_512);
  expect(trained(await resNet50())).toBe(25_557_032);
});

// Numbers of keras.applications.MobileNetV2's summary, running statistics among them, and of its paper's table 2.
test("mobileNetV2() has Keras's numbers of parameters, names and shapes", async () => {
  const trained = (net: Model): number =>
    net.variables.reduce((sum, v) => sum + (v.spec.trainable === false ? 0 : v.size), 0);
  const whole = await mobileNetV2();
  expect([parameters(whole), trained(whole)]).toEqual([3_538_984, 3_504_872]);
  const base = await mobileNetV2({ includeTop: false });
  expect([parameters(base), trained(base)]).toEqual([2_257_984, 2_223_872]);
  expect(base.output.shape).toEqual([7, 7, 1280]);
  const shapes = Object.fromEntries(base.variables.map((v) => [v.name, v.spec.shape]));
  expect(shapes).toMatchObject({
    "Conv1/kernel": [3, 3, 3, 32],
    "bn_Conv1/movingVariance": [32],
    "expanded_conv_depthwise/kernel": [3, 3, 32, 1],
    "expanded_conv_project/kernel": [1, 1, 32, 16],
    "block_1_expand/kernel": [1, 1, 16, 96],
    "block_1_expand_BN/gamma": [96],
    "block_1_depthwise/kernel": [3, 3, 96, 1],
    "block_1_project_BN/beta": [24],
    "block_16_expand/kernel": [1, 1, 160, 960],
    "block_16_project/kernel": [1, 1, 960, 320],
    "Conv_1/kernel": [1, 1, 320, 1280],
    "Conv_1_bn/gamma": [1280],
  });
  // Inputs are added where a block keeps the size and the channels.
  const sums = base.layers.filter((layer) => layer.kind === "add").map((layer) => layer.layerName);
  expect(sums).toEqual([2, 4, 5, 7, 8, 9, 11, 12, 14, 15].map((i) => `block_${i}_add`));
  expect(base.getLayer("block_3_depthwise").output.shape).toEqual([28, 28, 144]);
  expect(base.getLayer("block_6_depthwise").output.shape).toEqual([14, 14, 192]);
  // Widths are multiples of 8, not below 0.9 of what they stand for.
  const narrow = await mobileNetV2({ alpha: 0.35, includeTop: false, inputShape: [96, 96, 3] });
  expect(parameters(narrow)).toBe(410_208);
  expect(parameters(await mobileNetV2({ alpha: 1.4, includeTop: false }))).toBe(4_363_712);
});

const flower = (): Uint8Array => sharedFile("models/images/flower_224x224x3.u8");

testWithShared(
  "mobileNet() with published weights sees what it should, with and without its classifier",
  ["models/mobilenet_v1_025_tfjs/model.json"],
  async () => {
    const weights = `${models}/mobilenet_v1_025_tfjs/model.json`;
    const x = preprocessInput("mobileNet", tensor(new Uint8Array(flower()), [1, 224, 224, 3]));
    const { outputs } = goldenFile("mobilenet_v1_025_tfjs/golden_A.json") as never as {
      outputs: Record<string, never>;
    };
    const want = golden(outputs["act_softmax (reshape_2)"]!);
    const y = await (await mobileNet({ alpha: 0.25, weights })).predict(x);
    expectClose(y, want);
    const [best] = decodePredictions(y, { top: 1 })[0]!;
    expect(want[best!.index]).toBe(Math.max(...want));
    const base = await mobileNet({
      alpha: 0.25,
      weights,
      includeTop: false,
      inputShape: [96, 96, 3],
      pooling: "average",
    });
    expect(base.output.shape).toEqual([256]);
  },
);

testWithShared(
  "squeezeNet() with published weights gives the published features, and trains",
  ["models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5"],
  async () => {
    const base = await squeezeNet({
      weights: `${models}/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5`,
      includeTop: false,
      pooling: "average",
    });
    const x = preprocessInput("squeezeNet", tensor(new Uint8Array(flower()), [1, 224, 224, 3]));
    const { outputs } = goldenFile("squeezenet_v1_1_keras_h5/golden_A.json") as never as {
      outputs: Record<string, never>;
    };
    expectClose(await base.predict(x), golden(Object.values(outputs)[0]!));
    base.compile({ optimizer: "adam", loss: "meanSquaredError" });
    await base.fit(x, tensor(new Float32Array(512), [1, 512]), { epochs: 1 });
  },
);

test("applications say what they cannot do", async () => {
  await expect(vgg16({ weights: "imagenet", classes: 10 })).rejects.toThrow(
    'vgg16: classes must be 1000 with the classifier of "imagenet", got 10; take includeTop: false',
  );
  expect(() => preprocessInput("vgg16", tensor([[1, 2]]))).toThrow("images must have 3 channels");
  expect(() => decodePredictions(tensor([[0.5, 0.5]]), { classNames: ["a"] })).toThrow(
    "classNames must have 2 names, got 1",
  );
  expect([...preprocessInput("vgg16", tensor([[10, 20, 30]])).data]).toEqual(
    [30 - 103.939, 20 - 116.779, 10 - 123.68].map(Math.fround),
  );
});

test("a small resNet18 trains, its downsampling too", async () => {
  const net = await resNet18({ inputShape: [32, 32, 3], classes: 4 });
  const x = tensor(
    Float32Array.from({ length: 2 * 3072 }, (_, i) => ((i * 7) % 13) / 13),
    [2, 32, 32, 3],
  );
  await expectTrains(net, x, 4);
}, 60_000);
