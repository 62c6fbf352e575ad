import { DataError } from "../../errors.ts";
import { type Hdf5Group, openHdf5, tensorsOf } from "../../io/hdf5.ts";
import { openZip } from "../../io/zip.ts";
import type { Shape } from "../../shape.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Model } from "../model.ts";
import type { Variable } from "../variables.ts";
import { isObject, parseObject } from "./kerasJson.ts";
import { modelFromKeras } from "./kerasModel.ts";
import type { Parts } from "./parts.ts";
import { setAll, variablesByLayer } from "./layerWeights.ts";

/** Keras's class of a layer in snake case, by our kind: what its weights file calls it. */
function snake(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Class names of the layers of a model's config, by the layers' names; inputs have no weights. */
function classesOf(config: unknown): Map<string, string> {
  const classes = new Map<string, string>();
  const own = isObject(config) && isObject(config["config"]) ? config["config"]["layers"] : null;
  if (!Array.isArray(own)) return classes;
  for (const layer of own as unknown[]) {
    if (!isObject(layer) || !isObject(layer["config"])) continue;
    classes.set(String(layer["config"]["name"]).replaceAll("/", "_"), String(layer["class_name"]));
  }
  return classes;
}

/** Numbered tensors below a group, in order: vars/0, vars/1, ..., of the layer itself and then of its parts. */
function varsOf(group: Hdf5Group): Tensor[] {
  const rank = (path: string): number => Number(/(\d+)$/.exec(path)?.[1] ?? 0);
  return tensorsOf(group)
    .filter(([path]) => !path.includes("seed_generator"))
    .map(([path, read]): [string, () => Tensor] => [path, read])
    .sort(([a], [b]) => {
      const [x, y] = [a.replace(/\d+$/, ""), b.replace(/\d+$/, "")];
      return x === y ? rank(a) - rank(b) : x < y ? 1 : -1;
    })
    .map(([, read]) => read());
}

/**
 * A model from a .keras file: config.json, and model.weights.h5, whose groups are named for the layers' classes, in
 * order: `layers/dense/vars/0`, `layers/dense_1/vars/0`.
 *
 * @throws DataError
 */
export function modelFromKerasZip(
  subject: string,
  bytes: Uint8Array,
  name: string,
  inputShape: Shape | null,
  parts: Parts,
): Model {
  const zip = openZip(bytes, name);
  const config = parseObject(
    `${subject}: config.json`,
    new TextDecoder().decode(zip.read("config.json")),
  );
  const keras3 = isObject(config) && "module" in config;
  const model = modelFromKeras(subject, config, { keras3, inputShape, parts });
  const file = openHdf5(zip.read("model.weights.h5"), `${name}/model.weights.h5`);
  const root = file.groups.get("layers") ?? file.groups.get("_layer_checkpoint_dependencies");
  if (!root) throw new DataError(`${subject}: model.weights.h5 has no group of layers`);
  const classes = classesOf(config);
  const counts = new Map<string, number>();
  const groups = variablesByLayer(model);
  const tensors = new Map<Variable, Tensor>();
  const nameOf = (layer: AnyLayer): string => model.topology.nameOf(layer);
  // Keras counts all layers of a class in the config's order, those without weights too.
  const numbered = new Map<string, string>();
  for (const [layer, className] of classes) {
    const base = snake(className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    numbered.set(layer, n === 0 ? base : `${base}_${n}`);
  }
  for (const layer of model.topology.layers) {
    const own = nameOf(layer);
    const variables = groups.get(own);
    if (!variables) continue;
    const group = root.groups.get(numbered.get(own) ?? own) ?? root.groups.get(own);
    const found = group ? varsOf(group) : [];
    if (found.length !== variables.length)
      throw new DataError(
        `${subject}: layer "${own}" must have ${variables.length} tensors, model.weights.h5 has ${found.length}`,
      );
    variables.forEach((v, i) => tensors.set(v, found[i]!));
  }
  setAll(subject, model, tensors);
  return model;
}
