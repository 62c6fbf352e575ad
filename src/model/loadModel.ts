import { DataError } from "../errors.ts";
import { decodeSafetensors } from "../io/safetensors.ts";
import { type CompileConfig, type ModelConfig, toConfig } from "./config.ts";
import { type CustomObjects, compileFromConfig, fromConfig } from "./fromConfig.ts";
import type { Model } from "./model.ts";
import { FORMAT, type ModelSource, bytesOf, setValues, slotsFrom } from "./save.ts";

/** Parses one piece of metadata. @throws DataError */
function parse<T>(subject: string, metadata: ReadonlyMap<string, string>, key: string): T | null {
  const text = metadata.get(key);
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new DataError(`${subject}: metadata "${key}" is not JSON; the file is damaged`);
  }
}

/**
 * A saved model with everything it had: layers, values, optimizer state, and `extras`.
 *
 * @throws DataError where the file is not a model of this library, is damaged or truncated
 *
 * @example
 *     const model = await loadModel("digits.safetensors");
 */
export async function loadModel(
  source: ModelSource,
  options: { customObjects?: CustomObjects } = {},
): Promise<Model> {
  const { bytes, name } = await bytesOf(source);
  const subject = name === "" ? "loadModel" : `loadModel "${name}"`;
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  const format = metadata.get("thalweg");
  if (format === undefined) {
    throw new DataError(
      `${subject}: holds tensors but no model; build the model and use model.loadWeights`,
    );
  }
  if (format !== FORMAT)
    throw new DataError(
      `${subject}: has format ${format}, this version reads ${FORMAT}; update thalweg`,
    );
  const config = parse<ModelConfig>(subject, metadata, "config");
  if (!config) throw new DataError(`${subject}: has no config; the file is damaged`);
  const model = fromConfig(config, options.customObjects);
  const training = parse<CompileConfig & { iterations?: number; state?: Record<string, number> }>(
    subject,
    metadata,
    "training",
  );
  if (training) model.compile(compileFromConfig(training, options.customObjects));
  setValues(subject, model, tensors);
  if (training?.iterations !== undefined) {
    model.restoreOptimizer(slotsFrom(tensors), training.iterations, training.state ?? {});
  }
  model.extras = parse<Model["extras"]>(subject, metadata, "extras") ?? {};
  return model;
}

/** A second model with the same layers and values, not compiled. It shares nothing with the first. */
export function cloneModel(model: Model): Model {
  const copy = fromConfig(toConfig(model));
  if (model.built) copy.setWeights(model.getWeights());
  return copy;
}
