import { DataError, OptionError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import { readFile, writeFile } from "../runtime/files.ts";
import { printShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Json, compileToConfig, toConfig } from "./config.ts";
import type { AnyModel } from "./model.ts";
import type { Slots } from "./variables.ts";

/** Layout of the metadata; raised when an older reader could not understand a newer file. */
export const FORMAT: string = "1";

/** Options of `save` and `toBytes`. */
export interface SaveOptions {
  /** Keep the optimizer's slots and step count, so that training can go on. Default true. */
  includeOptimizer?: boolean;
  /** Plain JSON of the caller's own, such as preprocessing and class names: `loadModel` puts it into `model.extras`. */
  extras?: { readonly [key: string]: Json };
}

/** Where a model file may come from: a path or URL (where there is a file system), or its bytes. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | Blob;

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

/** The bytes of a source, and a name for messages. */
export async function bytesOf(source: ModelSource): Promise<{ bytes: Uint8Array; name: string }> {
  if (typeof source === "string" || source instanceof URL)
    return { bytes: await readFile(source), name: String(source) };
  if (source instanceof Blob)
    return { bytes: new Uint8Array(await source.arrayBuffer()), name: "" };
  return { bytes: source instanceof Uint8Array ? source : new Uint8Array(source), name: "" };
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

/** Writes a model to a file: see `encodeModel`. */
export async function saveModel(
  model: AnyModel,
  path: string | URL,
  options?: SaveOptions,
): Promise<void> {
  await writeFile(path, encodeModel(model, options));
}

/** The file of the variables alone. */
export function encodeWeights(model: AnyModel): Uint8Array {
  return encodeSafetensors(weightsOf(model));
}

/** Writes only the variables. */
export async function saveWeights(model: AnyModel, path: string | URL): Promise<void> {
  await writeFile(path, encodeWeights(model));
}

/** Reads variables by name into a model that is built. @throws DataError */
export async function loadWeights(model: AnyModel, source: ModelSource): Promise<void> {
  const { bytes, name } = await bytesOf(source);
  setValues(
    `loadWeights${name === "" ? "" : ` "${name}"`}`,
    model,
    decodeSafetensors(bytes, { name }).tensors,
  );
}
