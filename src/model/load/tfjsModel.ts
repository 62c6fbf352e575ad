import { DataError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import type { Model } from "../model.ts";
import { type JsonObject, isObject, objectOf } from "./kerasJson.ts";
import { modelFromKeras } from "./kerasModel.ts";
import type { Parts } from "./parts.ts";
import { setLayerWeights } from "./layerWeights.ts";
import type { OpenedSource } from "./source.ts";
import { byLayer, tfjsTensors } from "./tfjsWeights.ts";

/** Models within models. */
const DEPTH = 8;

/**
 * Names of the layers in a Keras config, each with that of the layer of the outermost model that holds it, the longest
 * first: names of weights begin with them.
 */
function layerNames(config: JsonObject): [string, string][] {
  const found: [string, string][] = [];
  const visit = (model: JsonObject, outer: string | null, depth: number): void => {
    const inner = model["config"];
    const list = Array.isArray(inner) ? inner : isObject(inner) ? inner["layers"] : [];
    if (!Array.isArray(list) || depth > DEPTH) return;
    for (const layer of list as unknown[]) {
      if (!isObject(layer)) continue;
      const own = isObject(layer["config"]) ? layer["config"]["name"] : layer["name"];
      const name = String(layer["name"] ?? own);
      found.push([name, outer ?? name]);
      visit(layer, outer ?? name, depth + 1);
    }
  };
  visit(config, null, 0);
  return found.sort(([a], [b]) => b.length - a.length);
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
