import type { AnyModel } from "../model.ts";
import { kerasConfig } from "./kerasModel.ts";
import { kerasWeights } from "./kerasWeights.ts";

/** Bytes of a file of weights: what TensorFlow.js itself cuts at, so that browsers cache them. */
const SHARD = 4 * 2 ** 20;

/** Keras's version whose form the config has. */
const KERAS_VERSION = "2.15.0";

/**
 * A model as a TensorFlow.js layers-model: model.json, and its weights in files of 4 MiB.
 *
 * @throws DataError naming the layer that TensorFlow.js does not have
 */
export function tfjsOfModel(
  subject: string,
  model: AnyModel,
  json: string = "model.json",
): Map<string, Uint8Array> {
  const config = kerasConfig(subject, model, "tfjs");
  const weights = kerasWeights(subject, model);
  const size = weights.reduce((sum, { values }) => sum + 4 * values.data.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { values } of weights)
    for (const value of values.data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  const count = Math.max(1, Math.ceil(size / SHARD));
  const stem = json.replace(/\.json$/, "");
  const prefix = stem === "model" ? "group1" : stem;
  const paths = Array.from({ length: count }, (_, i) => `${prefix}-shard${i + 1}of${count}.bin`);
  const file = {
    format: "layers-model",
    generatedBy: "thalweg",
    convertedBy: null,
    modelTopology: { keras_version: KERAS_VERSION, backend: "tensorflow", model_config: config },
    weightsManifest: [
      {
        paths,
        weights: weights.map(({ path, values }) => ({
          name: path,
          shape: values.shape,
          dtype: "float32",
        })),
      },
    ],
  };
  return new Map([
    [json, new TextEncoder().encode(JSON.stringify(file))],
    ...paths.map((path, i): [string, Uint8Array] => [
      path,
      bytes.subarray(i * SHARD, (i + 1) * SHARD),
    ]),
  ]);
}
