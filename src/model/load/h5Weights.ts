import { DataError } from "../../errors.ts";
import { type Hdf5Group, tensorsOf } from "../../io/hdf5.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LayerWeights } from "./layerWeights.ts";

/** A list of texts in an attribute; a long one is split over NAME0, NAME1, ... */
function texts(group: Hdf5Group, name: string): string[] | null {
  const { attributes } = group;
  // Joined without spreading: a damaged file may have more names than a call takes arguments.
  let parts: unknown[] = [];
  if (Array.isArray(attributes[name])) parts = attributes[name] as unknown[];
  else if (attributes[name] === undefined && attributes[`${name}0`] === undefined) return null;
  for (let i = 0; Array.isArray(attributes[`${name}${i}`]); i++)
    parts = parts.concat(attributes[`${name}${i}`]);
  return parts.map((text) => String(text).replace(/\0+$/, ""));
}

function below(group: Hdf5Group, path: string): (() => Tensor) | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const last = parts.pop();
  let at: Hdf5Group | undefined = group;
  for (const part of parts) at = at?.groups.get(part);
  return last === undefined ? undefined : at?.datasets.get(last);
}

/** The group of an .h5 file that holds the weights: the file itself, or `model_weights` of a whole model. */
export function weightsGroup(file: Hdf5Group): Hdf5Group {
  return file.groups.get("model_weights") ?? file;
}

/** Layers with their tensors, in order, from an .h5 file of Keras 1 or 2; null where it is no such file. @throws DataError */
export function kerasLayers(subject: string, file: Hdf5Group): Map<string, LayerWeights> | null {
  const group = weightsGroup(file);
  const names = texts(group, "layer_names");
  if (!names) return null;
  const layers = new Map<string, LayerWeights>();
  for (const name of names) {
    // A layer's name may hold slashes, which makes groups within groups.
    const layer = name
      .split("/")
      .reduce<Hdf5Group | undefined>((at, part) => at?.groups.get(part), group);
    if (!layer)
      throw new DataError(`${subject}: has no group "${name}", which it lists as a layer`);
    const weights = (texts(layer, "weight_names") ?? []).map((path): [string, Tensor] => {
      const read = below(layer, path);
      if (!read) throw new DataError(`${subject}: has no "${path}" for layer "${name}"`);
      return [path, read()];
    });
    layers.set(name, weights);
  }
  return layers;
}

/** All tensors of an .h5 file, by path. */
export function h5Tensors(file: Hdf5Group): Map<string, Tensor> {
  return new Map(tensorsOf(file).map(([name, read]) => [name, read()]));
}
