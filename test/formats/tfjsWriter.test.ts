import { existsSync } from "node:fs";
import { expect } from "vitest";
import { type Model, Tensor, loadModel } from "../../src/index.ts";
import { tfjsOfModel } from "../../src/model/write/tfjs.ts";
import { sharedPath } from "../shared.ts";
import { testWithPeer } from "./peers.ts";
import { MODELS, everyActivation, inputsOf, withValues } from "./writtenModels.ts";

interface TfTensor {
  readonly shape: number[];
  data(): Promise<Float32Array>;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  tensor(data: ArrayLike<number>, shape: readonly number[], dtype: string): TfTensor;
  loadLayersModel(handler: object): Promise<{
    predict(x: TfTensor | TfTensor[]): TfTensor | TfTensor[];
  }>;
}

/** Outputs of a model and of what TensorFlow.js makes of its files agree. Returns the largest difference. */
async function agrees(tf: Tf, net: Model, rows = 3): Promise<number> {
  await tf.setBackend("cpu");
  const files = tfjsOfModel("test", net);
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json")));
  const [{ paths, weights }] = json.weightsManifest;
  const bytes = Buffer.concat(paths.map((path: string) => files.get(path)!));
  const loaded = await tf.loadLayersModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      weightSpecs: weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    }),
  });
  const x = inputsOf(net, rows);
  const tensors = x.map((t) => tf.tensor(t.data, t.shape, t.dtype));
  const got = [loaded.predict(tensors.length === 1 ? tensors[0]! : tensors)].flat();
  const y = await net.predict(x.length === 1 ? x[0]! : x);
  const list: Tensor[] = y instanceof Tensor ? [y] : (Object.values(y) as Tensor[]);
  let worst = 0;
  for (const [i, want] of list.entries()) {
    expect(got[i]!.shape).toEqual([...want.shape]);
    const data = await got[i]!.data();
    want.data.forEach((value, k) => {
      const difference = Math.abs(data[k]! - value) / Math.max(1, Math.abs(value));
      worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
    });
  }
  // And it comes back as it was.
  const own = await loadModel(files.get("model.json")!, {
    files: Object.fromEntries([...files].filter(([name]) => name !== "model.json")),
  });
  const again = await own.predict(x.length === 1 ? x[0]! : (x as never));
  const back = again instanceof Tensor ? [again] : (Object.values(again) as Tensor[]);
  list.forEach((want, i) => expect([...back[i]!.data]).toEqual([...want.data]));
  return worst;
}

/** What TensorFlow.js does not have. */
const REFUSED: Readonly<Record<string, string>> = {
  cnn: 'conv2d "conv2d_1": TensorFlow.js has one group of channels only',
  transposed: 'groupNormalization "groupNormalization": layers of this kind are not in tfjs',
  sequence: 'separableConv1d "separableConv1d": layers of this kind are not in tfjs',
  gru: 'gru "gru": TensorFlow.js has resetAfter: false only',
  cell: 'lstm "lstm": activation "hardSigmoid" is not in tfjs',
  twoHeads: 'subtract "subtract": layers of this kind are not in tfjs',
  scaled: 'normalization "normalization": layers of this kind are not in tfjs',
  gpt: "layers of this kind are not in tfjs",
  positions: "layers of this kind are not in tfjs",
};

for (const [name, make] of Object.entries(MODELS)) {
  const refused = REFUSED[name];
  testWithPeer<Tf>(
    "@tensorflow/tfjs",
    refused ? `${name}: a layer that TensorFlow.js lacks is named` : `TensorFlow.js reads: ${name}`,
    async (tf) => {
      const net = withValues(make());
      if (refused) expect(() => tfjsOfModel("test", net)).toThrow(refused);
      else expect(await agrees(tf, net)).toBeLessThan(1e-5);
    },
  );
}

const KNOWN = ["elu", "gelu", "leakyRelu", "linear", "logSoftmax", "mish", "relu", "relu6", "selu"];
testWithPeer<Tf>("@tensorflow/tfjs", "TensorFlow.js reads activations", async (tf) => {
  const names = [...KNOWN, "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"];
  expect(await agrees(tf, everyActivation(names))).toBeLessThan(1e-5);
});

for (const folder of ["mobilenet_v1_025_tfjs", "mnist_cnn_tfjs"]) {
  const path = sharedPath(`models/${folder}/model.json`);
  if (!existsSync(path)) console.warn(`SKIPPED: ${path} is not there`);
  else
    testWithPeer<Tf>(
      "@tensorflow/tfjs",
      `TensorFlow.js reads a published network that we read and wrote: ${folder}`,
      async (tf) => expect(await agrees(tf, await loadModel(path), 1)).toBeLessThan(1e-4),
    );
}
