import { openHdf5 } from "../../io/hdf5.ts";
import type { Shape } from "../../shape.ts";
import type { Model } from "../model.ts";
import { kerasLayers } from "./h5Weights.ts";
import { parseObject } from "./kerasJson.ts";
import { modelFromKeras } from "./kerasModel.ts";
import type { Parts } from "./parts.ts";
import { setLayerWeights } from "./layerWeights.ts";

/** A model from an .h5 file of Keras that holds a whole model; null where it holds weights alone. @throws DataError */
export function modelFromH5(
  subject: string,
  bytes: Uint8Array,
  name: string,
  inputShape: Shape | null,
  parts: Parts,
): Model | null {
  const file = openHdf5(bytes, name);
  const { model_config: text, keras_version: version } = file.attributes;
  if (typeof text !== "string") return null;
  const keras3 = typeof version === "string" && version.startsWith("3.");
  const config = parseObject(`${subject}: model_config`, text);
  const model = modelFromKeras(subject, config, { keras3, inputShape, parts });
  const layers = kerasLayers(subject, file);
  if (layers) setLayerWeights(subject, model, layers);
  return model;
}
