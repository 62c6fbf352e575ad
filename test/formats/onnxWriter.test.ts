import { existsSync } from "node:fs";
import { expect } from "vitest";
import { type Model, Tensor, loadModel } from "../../src/index.ts";
import { onnxOfModel } from "../../src/model/write/onnxModel.ts";
import { sharedPath } from "../shared.ts";
import { testWithPeer } from "./peers.ts";
import { MODELS, everyActivation, inputsOf, withValues } from "./writtenModels.ts";

interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}
interface Ort {
  readonly env: { wasm: { numThreads: number }; logLevel: string };
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (
    dtype: string,
    data: ArrayLike<number>,
    shape: readonly number[],
  ) => OrtTensor;
}

/** Outputs of a model and of its ONNX file agree, for several batches. Returns the largest difference. */
async function agrees(ort: Ort, net: Model): Promise<number> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(onnxOfModel("test", net), {
    executionProviders: ["wasm"],
  });
  expect(session.inputNames).toEqual([...net.topology.inputNames]);
  let worst = 0;
  for (const rows of [1, 3]) {
    const x = inputsOf(net, rows);
    const got = await session.run(
      Object.fromEntries(
        x.map((t, i) => [session.inputNames[i]!, new ort.Tensor(t.dtype, t.data, t.shape)]),
      ),
    );
    const y = await net.predict(x.length === 1 ? x[0]! : x);
    const list: Tensor[] = y instanceof Tensor ? [y] : (Object.values(y) as Tensor[]);
    expect(session.outputNames.length).toBe(list.length);
    list.forEach((want, i) => {
      const { dims, data } = got[session.outputNames[i]!]!;
      expect([...dims]).toEqual([...want.shape]);
      want.data.forEach((value, k) => {
        const difference = Math.abs(data[k]! - value) / Math.max(1, Math.abs(value));
        worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
      });
    });
  }
  await session.release();
  return worst;
}

/** Instance normalization of a few cells, and bilinear means: others add up in another order. */
const TOLERANCE: Readonly<Record<string, number>> = { transposed: 1e-4 };

for (const [name, make] of Object.entries(MODELS)) {
  testWithPeer<Ort>(
    "onnxruntime-web",
    `onnxruntime computes what the model does: ${name}`,
    async (ort) =>
      expect(await agrees(ort, withValues(make()))).toBeLessThan(TOLERANCE[name] ?? 1e-5),
  );
}

testWithPeer<Ort>("onnxruntime-web", "onnxruntime computes every activation", async (ort) =>
  expect(await agrees(ort, everyActivation())).toBeLessThan(1e-5),
);

for (const folder of ["mobilenet_v1_025_tfjs", "mnist_cnn_tfjs", "doodlenet_tfjs"]) {
  const path = sharedPath(`models/${folder}/model.json`);
  if (!existsSync(path)) console.warn(`SKIPPED: ${path} is not there`);
  else
    testWithPeer<Ort>(
      "onnxruntime-web",
      `onnxruntime computes what a published network does: ${folder}`,
      async (ort) => {
        const net = await loadModel(path);
        // Probabilities of up to a thousand classes after 28 layers.
        expect(await agrees(ort, net)).toBeLessThan(1e-4);
      },
    );
}
