import { DataError, OptionError, shown } from "../errors.ts";
import { decodeSafetensors } from "../io/safetensors.ts";
import { type CompileConfig, type ModelConfig, toConfig } from "./config.ts";
import { type CustomObjects, compileFromConfig, fromConfig } from "./fromConfig.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "./model.ts";
import { ownParts } from "./load/parts.ts";
import { sniff } from "./load/sniff.ts";
import type { ModelSource, SourceOptions } from "./load/source.ts";
import { FORMAT } from "./save.ts";
import { setValues, slotsFrom } from "./setValues.ts";

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

/** Options of `loadModel`. */
export interface LoadModelOptions extends SourceOptions {
  /** Factories of layers that are not the library's own, by kind. */
  readonly customObjects?: CustomObjects;
  /** Shape of a sample, channels last, where a file of another library leaves axes open. */
  readonly inputShape?: Shape | null;
}

/**
 * A saved model with everything it had: layers, values, optimizer state, and `extras`. What kind of file it is, its
 * content says: our own safetensors, a TF.js layers-model (model.json), Keras's .h5 and .keras, or ONNX. Models of
 * other libraries come with their layers and values, ready to be compiled and trained.
 *
 * @throws DataError where the file holds no model, is damaged or truncated, or has a layer that is not there
 *
 * @example
 *     const model = await loadModel("digits.safetensors");
 *     const mobileNet = await loadModel("https://example.com/mobilenet/model.json", { cache: true });
 */
export async function loadModel(
  source: ModelSource,
  { customObjects = {}, inputShape = null, ...how }: LoadModelOptions = {},
): Promise<Model> {
  // Most programs that train read no file: they alone load what fetches, checks and caches one.
  const { openSource } = await import("./load/source.ts");
  const opened = await openSource("loadModel", source, how);
  const { bytes, name } = opened;
  if (sniff(bytes) !== "safetensors" && bytes.length >= 8) {
    // Few programs read files of other libraries: they alone load what does.
    const { foreignModel } = await import("./load/foreignModel.ts");
    return foreignModel(opened, inputShape, ownParts());
  }
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
  const model = fromConfig(config, customObjects);
  const training = parse<CompileConfig & { iterations?: number; state?: Record<string, number> }>(
    subject,
    metadata,
    "training",
  );
  if (training) model.compile(compileFromConfig(training, customObjects));
  setValues(subject, model, tensors);
  if (training?.iterations !== undefined) {
    model.restoreOptimizer(slotsFrom(tensors), training.iterations, training.state ?? {});
  }
  model.extras = parse<Model["extras"]>(subject, metadata, "extras") ?? {};
  return model;
}

/**
 * The tensors of a file of weights under the names that they have there: safetensors, .npz, .npy, .pt, .h5, ONNX, or a
 * TF.js weights manifest. Layouts stay as they are; float64 is rounded.
 *
 * @throws DataError where the file is damaged or truncated
 */
export async function loadTensors(
  source: ModelSource,
  options: SourceOptions = {},
): Promise<Map<string, Tensor>> {
  const { openSource } = await import("./load/source.ts");
  const { foreignTensors } = await import("./load/foreignWeights.ts");
  return foreignTensors(await openSource("loadTensors", source, options));
}

/** A second model with the same layers and values, not compiled. It shares nothing with the first. */
export function cloneModel(model: Model): Model {
  if (typeof model?.toConfig !== "function")
    throw new OptionError(`cloneModel: must be given a model, got ${shown(model)}`);
  const copy = fromConfig(toConfig(model));
  if (model.built) copy.setWeights(model.getWeights());
  return copy;
}
