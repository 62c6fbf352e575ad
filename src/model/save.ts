import { DataError, OptionError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import { writeFile } from "../runtime/files.ts";
import { printShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Json, compileToConfig, toConfig } from "./config.ts";
import type { WeightOptions } from "./load/foreignWeights.ts";
import { sniff } from "./load/sniff.ts";
import type { ModelSource, SourceOptions } from "./load/source.ts";
import type { AnyModel } from "./model.ts";
import type { Slots } from "./variables.ts";
import { formatOf } from "./write/fileFormat.ts";

/** Layout of the metadata; raised when an older reader could not understand a newer file. */
export const FORMAT: string = "1";

/** Options of `save` and `toBytes`. */
export interface SaveOptions {
  /** Keep the optimizer's slots and step count, so that training can go on. Default true. */
  includeOptimizer?: boolean;
  /** Plain JSON of the caller's own, such as preprocessing and class names: `loadModel` puts it into `model.extras`. */
  extras?: { readonly [key: string]: Json };
}

/**
 * A model as one safetensors file. Tensors: `layer/parameter`, and `optimizer/slot/layer/parameter`.
 * Metadata, all strings: `thalweg` (format), `config`, `training`, `extras` (JSON).
 */
export function encodeModel(model: AnyModel, options: SaveOptions = {}): Uint8Array {
  const { includeOptimizer = true, extras = model.extras } = options;
  if (!model.built)
    throw new OptionError(
      `model "${model.name}": has no variables to save yet; build or fit it first`,
    );
  const tensors = includeOptimizer ? modelTensors(model) : weightsOf(model);
  const metadata: [string, string][] = [
    ["thalweg", FORMAT],
    ["config", JSON.stringify(toConfig(model))],
    ["extras", JSON.stringify(extras)],
  ];
  if (model.isCompiled) {
    const { iterations, state } = model.optimizerSnapshot();
    const training = {
      ...compileToConfig(model.compiled),
      ...(includeOptimizer && { iterations, state }),
    };
    metadata.push(["training", JSON.stringify(training)]);
  }
  return encodeSafetensors(tensors, metadata);
}

/** The variables by name. */
function weightsOf(model: AnyModel): [string, Tensor][] {
  const weights = model.getWeights();
  return model.variables.map((v, i) => [v.name, weights[i]!]);
}

/** The variables by name, and what the optimizer keeps of each: `optimizer/slot/layer/parameter`. */
export function modelTensors(model: AnyModel): [string, Tensor][] {
  const tensors = weightsOf(model);
  if (!model.isCompiled) return tensors;
  for (const [slot, held] of model.optimizerSnapshot().slots) {
    for (const v of model.variables) {
      const data = held.get(v.name);
      if (data)
        tensors.push([`optimizer/${slot}/${v.name}`, new Tensor(data, v.spec.shape, "float32")]);
    }
  }
  return tensors;
}

/** The optimizer's slots among named tensors. */
export function slotsFrom(tensors: ReadonlyMap<string, Tensor>): Slots {
  const slots: Slots = new Map();
  for (const [key, t] of tensors) {
    const [, slot, variable] = /^optimizer\/([^/]+)\/(.+)$/.exec(key) ?? [];
    if (slot === undefined) continue;
    if (!slots.has(slot)) slots.set(slot, new Map());
    slots.get(slot)!.set(variable!, Float32Array.from(t.data));
  }
  return slots;
}

/** Sets a model's variables from named tensors; others are ignored. @throws DataError naming what is missing or differs */
export function setValues(
  subject: string,
  model: AnyModel,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const weights = model.variables.map((v) => {
    const t = tensors.get(v.name);
    if (!t)
      throw new DataError(
        `${subject}: has no tensor "${v.name}"; it is another model's, or damaged`,
      );
    if (!sameShape(t.shape, v.spec.shape)) {
      throw new DataError(
        `${subject}: "${v.name}" must have shape ${printShape(v.spec.shape)}, the file has ${printShape(t.shape)}`,
      );
    }
    return t;
  });
  model.setWeights(weights);
}

/** Writes a model to a file, in the format that its ending says: our own safetensors unless it names another one. */
export async function saveModel(
  model: AnyModel,
  path: string | URL,
  options?: SaveOptions,
): Promise<void> {
  if ((formatOf(String(path)) ?? "safetensors") === "safetensors")
    return writeFile(path, encodeModel(model, options));
  // Few programs write files of other libraries: they alone load what does.
  const { writeModel } = await import("./write/formats.ts");
  return writeModel(model, path);
}

/** The file of the variables alone. */
export function encodeWeights(model: AnyModel): Uint8Array {
  return encodeSafetensors(weightsOf(model));
}

/** Writes only the variables, as safetensors, or as NumPy's .npz where the path ends in that. */
export async function saveWeights(model: AnyModel, path: string | URL): Promise<void> {
  if (formatOf(String(path)) !== "npz") return writeFile(path, encodeWeights(model));
  const { writeModel } = await import("./write/formats.ts");
  return writeModel(model, path);
}

/** Options of `loadWeights`. */
export interface LoadWeightsOptions extends WeightOptions, SourceOptions {}

/**
 * Reads variables into a model that is built, from safetensors or a file of another library.
 *
 * @throws DataError naming what is missing or differs
 */
export async function loadWeights(
  model: AnyModel,
  source: ModelSource,
  { names = null, layout = "auto", ...how }: LoadWeightsOptions = {},
): Promise<void> {
  if (!model.built)
    throw new OptionError(
      `model "${model.name}": has no variables to load yet; build or fit it first`,
    );
  const { openSource } = await import("./load/source.ts");
  const opened = await openSource("loadWeights", source, how);
  const { bytes, name } = opened;
  const setOwn = (subject: string, tensors: ReadonlyMap<string, Tensor>): void =>
    setValues(subject, model, tensors);
  const subject = `loadWeights${name === "" ? "" : ` "${name}"`}`;
  if (sniff(bytes) === "safetensors") {
    const { tensors } = decodeSafetensors(bytes, { name, narrowing: "round" });
    const own = names === null && layout !== "torch";
    if (own && model.variables.every((v) => tensors.has(v.name))) return setOwn(subject, tensors);
  }
  // Few programs read files of other libraries: they alone load what does.
  const { foreignWeights } = await import("./load/foreignWeights.ts");
  return foreignWeights(model, opened, { names, layout }, setOwn);
}
