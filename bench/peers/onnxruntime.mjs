// onnxruntime-web, WebAssembly, one thread: inference only, it does not train.
import { dataOf } from "../problems.mjs";
import { onnxOf } from "./onnx.mjs";

export const name = "onnxruntime-web";

let ort;

async function load() {
  ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = 1;
}

export async function open(problem) {
  if (problem.kind !== "inference") throw new Error("it does not train");
  if (problem.shape && problem.shape[2] > 1) throw new Error("images of several channels");
  if (!ort) await load();
  const { file, shape } = onnxOf(problem);
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  delete globalThis.Worker; // It makes one in Node, by which jax-js would take to threads.
  const x = new ort.Tensor("float32", dataOf(problem).x, shape);
  const outputs = async () => (await session.run({ x })).y.data;
  return {
    name,
    async: true,
    check: async () => [...(await outputs()).slice(0, 4)],
    run: async (steps) => {
      for (let i = 0; i < steps; i++) await outputs();
    },
    close: () => session.release(),
  };
}
