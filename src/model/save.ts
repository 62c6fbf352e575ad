import { OptionError, shown, withDefaults } from "../errors.ts";
import { encodeSafetensors } from "../io/encodeSafetensors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Json, compileToConfig, toConfig } from "./config.ts";
import type { AnyModel } from "./model.ts";
import { isRecord } from "./objective.ts";

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
 *
 * @throws OptionError
 */
export function encodeModel(model: AnyModel, options: SaveOptions = {}): Uint8Array {
  const { includeOptimizer, extras } = checkedSave(options, model.extras);
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

/** @throws OptionError */
export function checkedSave(
  options: SaveOptions,
  ownExtras: Required<SaveOptions>["extras"] = {},
): Required<SaveOptions> {
  const defaults = { includeOptimizer: true, extras: ownExtras };
  const all = withDefaults<Required<SaveOptions>>("save", defaults, options);
  if (!isRecord(all.extras))
    throw new OptionError(`save: extras must be an object of plain JSON, got ${shown(all.extras)}`);
  return all;
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

/** Writes a model to a file, in the format that its ending says: our own safetensors unless it names another one. */
export async function saveModel(
  model: AnyModel,
  path: string | URL,
  options: SaveOptions = {},
): Promise<void> {
  // Few programs that train write files: they alone load what does.
  const { writeModel } = await import("./write/formats.ts");
  await writeModel(model, path, options);
}

/** The file of the variables alone. */
export function encodeWeights(model: AnyModel): Uint8Array {
  return encodeSafetensors(weightsOf(model));
}

/** Writes only the variables, as safetensors, or as NumPy's .npz where the path ends in that. */
export async function saveWeights(model: AnyModel, path: string | URL): Promise<void> {
  const { writeWeights } = await import("./write/formats.ts");
  await writeWeights(model, path);
}
