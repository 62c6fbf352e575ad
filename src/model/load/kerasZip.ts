import { DataError } from "../../errors.ts";
import { type Hdf5Group, openHdf5, tensorsOf } from "../../io/hdf5.ts";
import { openZip } from "../../io/zip.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { AnyModel, Model } from "../model.ts";
import type { Variable } from "../variables.ts";
import { layerGroups } from "./kerasGroups.ts";
import { type JsonObject, isObject, parseObject } from "./kerasJson.ts";
import { modelFromKeras } from "./kerasModel.ts";
import type { Parts } from "./parts.ts";
import { setAll } from "./layerWeights.ts";

/** Numbered tensors below a group, in order: vars/0, vars/1, ..., of the layer itself and then of its parts. */
function varsOf(group: Hdf5Group): Tensor[] {
  const rank = (path: string): number => Number(/(\d+)$/.exec(path)?.[1] ?? 0);
  return tensorsOf(group)
    .filter(([path]) => !path.includes("seed_generator"))
    .map(([path, read]): [string, () => Tensor] => [path, read])
    .sort(([a], [b]) => {
      const [x, y] = [a.replace(/\d+$/, ""), b.replace(/\d+$/, "")];
      // Of a bidirectional layer the forward one comes first.
      return x === y ? rank(a) - rank(b) : x < y ? 1 : -1;
    })
    .map(([, read]) => read());
}

/** Finds the tensors of a model's variables, by their names in the outermost model. */
function collect(
  subject: string,
  model: AnyModel,
  config: JsonObject,
  file: Hdf5Group,
  prefix: string,
  found: Map<string, Tensor>,
): void {
  const root = file.groups.get("layers") ?? file.groups.get("_layer_checkpoint_dependencies");
  if (!root) throw new DataError(`${subject}: model.weights.h5 has no group of layers`);
  const groups = new Map(layerGroups(config).map((one) => [one.name, one]));
  for (const layer of model.topology.layers) {
    const own = model.topology.nameOf(layer);
    const names = model.variables.flatMap(({ name }) =>
      name.startsWith(`${own}/`) ? [prefix + name] : [],
    );
    if (names.length === 0) continue;
    const described = groups.get(own);
    const group = root.groups.get(described?.group ?? own) ?? root.groups.get(own);
    if (layer.kind === "model" && group && described) {
      const inner = layer.options["model"] as AnyModel;
      collect(subject, inner, described.layer, group, `${prefix}${own}/`, found);
      continue;
    }
    const tensors = group ? varsOf(group) : [];
    if (tensors.length !== names.length)
      throw new DataError(
        `${subject}: layer "${prefix}${own}" must have ${names.length} tensors, model.weights.h5 has ${tensors.length}`,
      );
    names.forEach((name, i) => found.set(name, tensors[i]!));
  }
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
  const found = new Map<string, Tensor>();
  collect(subject, model, config, file, "", found);
  const tensors = new Map<Variable, Tensor>();
  for (const v of model.variables) {
    const t = found.get(v.name);
    if (t) tensors.set(v, t);
  }
  setAll(subject, model, tensors);
  return model;
}
