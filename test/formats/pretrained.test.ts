import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type LayerTensor,
  type Model,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  flatten,
  input,
  loadModel,
  loadTensors,
  maxPooling2d,
  model,
  sequential,
  activation,
  tensor,
} from "../../src/index.ts";
import { sharedFile, testWithShared } from "../shared.ts";
import {
  digits,
  expectClose,
  expectTrains,
  flower,
  golden,
  goldenFile,
  mnist,
  models,
} from "./shared.ts";

testWithShared(
  "loadModel() of a TF.js MobileNet gives the published outputs, and trains",
  ["models/mobilenet_v1_025_tfjs/model.json"],
  async () => {
    const net = await loadModel(`${models}/mobilenet_v1_025_tfjs/model.json`);
    const x = flower([0, 1, 2], (v) => v / 127.5 - 1);
    const { outputs } = goldenFile("mobilenet_v1_025_tfjs/golden_A.json") as never as {
      outputs: Record<string, never>;
    };
    expectClose(await net.predict(x), golden(outputs["act_softmax (reshape_2)"]!));
    await expectTrains(net, x, 1000);
  },
);

testWithShared(
  "loadModel() of TF.js sequential models gives the published outputs, and trains",
  ["models/doodlenet_tfjs/model.json", "data/mnist/t10k-images-idx3-ubyte.gz"],
  async () => {
    for (const [folder, units] of [
      ["doodlenet_tfjs", 345],
      ["mnist_cnn_tfjs", 10],
    ] as const) {
      const net = await loadModel(`${models}/${folder}/model.json`);
      const { outputs } = goldenFile(`${folder}/golden_A.json`) as never as {
        outputs: { y: never };
      };
      expectClose(await net.predict(mnist(4)), golden(outputs.y));
      await expectTrains(net, mnist(4), units);
    }
  },
);

testWithShared(
  "loadModel() of a regression that tfjs-node saved gives its outputs; files may be given by name",
  ["models/small/tfjs_abalone_trained/model.json"],
  async () => {
    const folder = "models/small/tfjs_abalone_trained";
    const net = await loadModel(sharedFile(`${folder}/model.json`), {
      files: { "weights.bin": sharedFile(`${folder}/weights.bin`) },
    });
    const { input: x, outputs } = goldenFile(
      "small/tfjs_abalone_trained/golden_A.json",
    ) as never as { input: never; outputs: { y: never } };
    const rows = tensor(Float32Array.from(golden(x)), [5, 8]);
    expectClose(await net.predict(rows), golden(outputs.y));
    await expectTrains(net, rows, 1);
    await expect(loadModel(sharedFile(`${folder}/model.json`))).rejects.toThrow(
      '"weights.bin": belongs to the file; give files',
    );
  },
);

testWithShared(
  "loadModel() reads TF.js embeddings and a GRU of Keras 2, and names a graph-model",
  ["models/small/tfjs_layers_model/model.json"],
  async () => {
    const net = await loadModel(`${models}/small/tfjs_layers_model/model.json`);
    const x = tensor(
      Int32Array.from({ length: 30 }, (_, i) => (7 * i) % 100),
      [3, 10],
    );
    const y = await net.predict(x);
    expect(y.data.every(Number.isFinite)).toBe(true);
    await expect(loadModel(`${models}/small/tfjs_dense_model/model.json`)).rejects.toThrow(
      "is a TF.js graph-model",
    );
  },
);

testWithShared(
  "loadTensors() decodes TF.js weights of 8 bits",
  ["models/small/tfjs_quantized/face_landmark_68_tiny_model-shard1"],
  async () => {
    for (const name of ["face_landmark_68_tiny_model", "face_expression_model"]) {
      const tensors = await loadTensors(
        `${models}/small/tfjs_quantized/${name}-weights_manifest.json`,
      );
      const { tensors: want } = goldenFile(
        `small/tfjs_quantized/${name}-expected.json`,
      ) as never as { tensors: Record<string, { sum: number; first: number[] }> };
      expect(tensors.size).toBe(Object.keys(want).length);
      for (const [key, { sum, first }] of Object.entries(want)) {
        const { data } = tensors.get(key)!;
        first.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 5));
        expect(Float64Array.from(data).reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 2);
      }
    }
  },
);

function squeezeNet(): Model {
  const image = input([224, 224, 3], { name: "image" });
  let x: LayerTensor = conv2d({
    name: "conv1",
    filters: 64,
    kernelSize: 3,
    strides: 2,
    activation: "relu",
  })(image);
  x = maxPooling2d({ poolSize: 3, strides: 2 })(x);
  const fire = (n: number, squeeze: number, expand: number): void => {
    const s = conv2d({
      name: `fire${n}_squeeze`,
      filters: squeeze,
      kernelSize: 1,
      activation: "relu",
    })(x);
    const one = conv2d({
      name: `fire${n}_one`,
      filters: expand,
      kernelSize: 1,
      activation: "relu",
    })(s);
    const three = conv2d({
      name: `fire${n}_three`,
      filters: expand,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
    })(s);
    x = concatenate()(one, three);
  };
  fire(2, 16, 64);
  fire(3, 16, 64);
  x = maxPooling2d({ poolSize: 3, strides: 2 })(x);
  fire(4, 32, 128);
  fire(5, 32, 128);
  x = maxPooling2d({ poolSize: 3, strides: 2 })(x);
  fire(6, 48, 192);
  fire(7, 48, 192);
  fire(8, 64, 256);
  fire(9, 64, 256);
  return model({ inputs: image, outputs: x });
}

testWithShared(
  "loadWeights() of Keras 1 .h5 weights gives SqueezeNet's features",
  ["models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5"],
  async () => {
    const net = squeezeNet();
    await net.loadWeights(`${models}/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5`);
    const means = [103.939, 116.779, 123.68];
    const y = await net.predict(flower([2, 1, 0], (v, c) => v - means[c]!));
    const { outputs } = goldenFile("squeezenet_v1_1_keras_h5/golden_A.json") as never as {
      outputs: Record<string, never>;
    };
    const [, rows, columns, channels] = y.shape as [number, number, number, number];
    const mean = new Float32Array(channels);
    for (let i = 0; i < y.data.length; i++) mean[i % channels]! += y.data[i]! / (rows * columns);
    expectClose(tensor(mean), golden(Object.values(outputs)[0]!));
  },
);

function digitsNet(names: boolean): Model {
  const name = (own: string): { name: string } | object => (names ? { name: own } : {});
  return sequential([
    conv2d({ filters: 6, kernelSize: 3, padding: "same", inputShape: [8, 8, 1], ...name("conv1") }),
    batchNormalization({ epsilon: 1e-5, ...name("bn1") }),
    activation({ activation: "relu" }),
    maxPooling2d(),
    conv2d({ filters: 8, kernelSize: 3, padding: "same", activation: "relu", ...name("conv2") }),
    maxPooling2d(),
    flatten(),
    dense({ units: 10, ...name("fc") }),
  ]);
}

const EXPORTS = "models/torch_exports/A_digits_cnn";
testWithShared(
  "loadWeights() of one net's .pt, .npz, .safetensors and .h5 gives its logits, by name or in order",
  [`${EXPORTS}/digits_cnn.pt`],
  async () => {
    const want = golden(
      (goldenFile("torch_exports/A_digits_cnn/golden.json") as never as { logits: never }).logits,
    );
    for (const form of ["pt", "npz", "safetensors", "h5"]) {
      const net = digitsNet(true);
      await net.loadWeights(sharedFile(`${EXPORTS}/digits_cnn.${form}`));
      expectClose(await net.predict(digits()), want);
    }
    const ordered = digitsNet(false);
    await ordered.loadWeights(new Blob([new Uint8Array(sharedFile(`${EXPORTS}/digits_cnn.pt`))]));
    expectClose(await ordered.predict(digits()), want);
    const mapped = digitsNet(false);
    const theirs: Record<string, string> = {
      conv2d: "conv1",
      batchNormalization: "bn1",
      conv2d_1: "conv2",
      dense: "fc",
    };
    await mapped.loadWeights(
      new Response(new Uint8Array(sharedFile(`${EXPORTS}/digits_cnn.npz`))).body!,
      { names: theirs },
    );
    expectClose(await mapped.predict(digits()), want);
    await expectTrains(mapped, digits(), 10);
  },
);

testWithShared(
  "loadModel() of ONNX graphs of PyTorch and CNTK gives their outputs, and trains",
  [`${EXPORTS}/digits_cnn.onnx`, "data/mnist/t10k-images-idx3-ubyte.gz"],
  async () => {
    const net = await loadModel(`${models}/torch_exports/A_digits_cnn/digits_cnn.onnx`);
    const want = golden(
      (goldenFile("torch_exports/A_digits_cnn/golden.json") as never as { logits: never }).logits,
    );
    expectClose(await net.predict(digits()), want);
    await expectTrains(net, digits(), 10);
    const cntk = await loadModel(`${models}/mnist_cntk_onnx/mnist.onnx`);
    const { outputs } = goldenFile("mnist_cntk_onnx/golden_A.json") as never as {
      outputs: Record<string, never>;
    };
    expectClose(await cntk.predict(mnist(4)), golden(Object.values(outputs)[0]!));
    await expectTrains(cntk, mnist(4), 10);
  },
);

testWithShared(
  "loadTensors() reads the sample files of other libraries, Fortran order too",
  ["models/small/candle_npz_pt/test.pt"],
  async () => {
    type Expected = Record<
      string,
      Record<string, { shape: number[]; values: number[]; sum: number }>
    >;
    for (const folder of ["candle_npz_pt", "burn_safetensors"]) {
      const expected = JSON.parse(
        readFileSync(`${models}/small/${folder}/expected.json`, "utf8"),
      ) as Expected;
      for (const [file, tensors] of Object.entries(expected)) {
        const got = await loadTensors(`${models}/small/${folder}/${file}`);
        for (const [name, { shape, values }] of Object.entries(tensors)) {
          const t = got.get(name)!;
          expect(t.shape).toEqual(shape);
          expect([...t.data.subarray(0, values.length)]).toEqual(values.map(Math.fround));
        }
      }
    }
  },
);

test("loadModel() says what a file is that it cannot read", async () => {
  await expect(loadModel(new TextEncoder().encode("no model at all"))).rejects.toThrow(
    "must be safetensors, .h5, .keras, .pt, .npz, .npy, ONNX or a TF.js model.json",
  );
});
