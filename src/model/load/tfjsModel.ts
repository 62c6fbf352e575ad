import { DataError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import type { Model } from "../model.ts";
import { type JsonObject, isObject, objectOf } from "./kerasJson.ts";
import { modelFromKeras } from "./kerasModel.ts";
import type { Parts } from "./parts.ts";
import { setLayerWeights } from "./layerWeights.ts";
import type { OpenedSource } from "./source.ts";
import { byLayer, tfjsTensors } from "./tfjsWeights.ts";

/** Names of the layers in a Keras config, the longest first: names of weights begin with them. */
function layerNames(config: JsonObject): string[] {
  const inner = config["config"];
  const list = Array.isArray(inner) ? inner : isObject(inner) ? inner["layers"] : [];
  return (Array.isArray(list) ? (list as unknown[]) : [])
    .flatMap((layer) =>
      isObject(layer) && isObject(layer["config"]) ? [String(layer["config"]["name"])] : [],
    )
    .sort((a, b) => b.length - a.length);
}

/** A model from a TF.js layers-model: model.json and the files it names. @throws DataError */
export async function modelFromTfjs(
  subject: string,
  json: JsonObject,
  sibling: OpenedSource["sibling"],
  inputShape: Shape | null,
  parts: Parts,
): Promise<Model> {
  if (json["format"] === "graph-model") {
    throw new DataError(
      `${subject}: is a TF.js graph-model, which holds TensorFlow's ops and cannot be trained; convert the Keras model to a layers-model`,
    );
  }
  const topology = objectOf(subject, "modelTopology", json["modelTopology"]);
  const config = isObject(topology["model_config"]) ? topology["model_config"] : topology;
  const version = String(topology["keras_version"] ?? "");
  const keras3 = version.startsWith("3.");
  const model = modelFromKeras(subject, config, { keras3, inputShape, parts });
  const tensors = await tfjsTensors(subject, json["weightsManifest"], sibling);
  setLayerWeights(subject, model, byLayer(tensors, layerNames(config)));
  return model;
}
