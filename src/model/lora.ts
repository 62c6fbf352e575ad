import { OptionError, withDefaults } from "../errors.ts";
import { type LoraOptions, factorNames, loraScale } from "../layers/lora.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  type FunctionalConfig,
  type KindConfig,
  type LayerConfig,
  type ModelConfig,
  toConfig,
} from "./config.ts";
import { type CustomObjects, fromConfig } from "./fromConfig.ts";
import type { AnyModel, Model } from "./model.ts";

/** Options of `withLora`. */
export interface WithLoraOptions extends Omit<LoraOptions, "layer"> {
  /** Names of the layers that are adapted; null: every `dense` and `multiHeadAttention`. Default null. */
  layers: RegExp | null;
  /** Factories of layers that are not the library's own, by kind. Default {}. */
  customObjects: CustomObjects;
}

/** Options of `mergeLora`. */
export type MergeLoraOptions = Pick<WithLoraOptions, "customObjects">;

/** A topology with each layer replaced, in models within it too; `path` is what the layer's variables begin with. */
function mapLayers(
  config: ModelConfig,
  replace: (layer: LayerConfig, path: string) => LayerConfig,
  within = "",
): ModelConfig {
  const layers = config.layers.map((layer) => {
    const path = `${within}${layer.name}/`;
    if (layer.kind !== "model") return replace(layer, path);
    const inner = mapLayers(layer.options["config"] as ModelConfig, replace, path);
    return { ...layer, options: { ...layer.options, config: inner as FunctionalConfig } };
  });
  return { ...config, layers };
}

/** Paths of the layers that can be adapted. */
function adaptablePaths(model: AnyModel, within = ""): string[] {
  return model.layers.flatMap((layer) => {
    const path = `${within}${model.topology.nameOf(layer)}/`;
    if (layer.kind === "model") return adaptablePaths(layer.options["model"] as AnyModel, path);
    return Object.keys(layer.adaptable).length > 0 ? [path] : [];
  });
}

/** A model's values by the names of its variables. */
function valuesByName(model: AnyModel): Map<string, Tensor> {
  return new Map(model.getWeights().map((t, i) => [model.variables[i]!.name, t]));
}

/**
 * A copy of a model whose `dense` and `multiHeadAttention` layers are adapted by `lora`; every other parameter is
 * frozen. It computes what the model does until it is trained. Layers that are to be trained as a whole besides (a new
 * head) are set `trainable = true` afterwards.
 *
 * @param options  rank, alpha and kernels as in `lora`; `layers` chooses by name
 * @throws OptionError where no layer is adapted
 *
 * @example
 *     const tuned = withLora(net, { rank: 4, alpha: 8, layers: /attention/, kernels: ["query/kernel", "value/kernel"] });
 *     tuned.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
 *     await tuned.fit(x, y);
 *     await mergeLora(tuned).save("tuned.safetensors");
 */
export function withLora(model: Model, options: Partial<WithLoraOptions> = {}): Model {
  const { layers, customObjects, rank, alpha, kernels } = withDefaults<WithLoraOptions>(
    "withLora",
    { rank: 8, alpha: null, kernels: null, layers: null, customObjects: {} },
    options,
  );
  const adaptable = new Set(adaptablePaths(model));
  let count = 0;
  const config = mapLayers(toConfig(model), (layer, path) => {
    const frozen = { ...layer, options: { ...layer.options, trainable: false } };
    if (!adaptable.has(path) || (layers && layer.name.search(layers) < 0)) return frozen;
    count++;
    const { kind, name } = layer;
    const inner = { kind, name: null, options: frozen.options };
    return { kind: "lora", name, options: { rank, alpha, kernels, layer: inner } };
  });
  if (count === 0) {
    const which = layers ? ` whose name fits ${String(layers)}` : "";
    throw new OptionError(
      `withLora: model "${model.name}" must have a dense or multiHeadAttention layer${which}, it has none; see model.summary()`,
    );
  }
  const copy = fromConfig(config, customObjects);
  const values = valuesByName(model);
  const drawn = copy.getWeights();
  copy.setWeights(copy.variables.map(({ name }, i) => values.get(name) ?? drawn[i]!));
  return copy;
}

/**
 * A copy of a model in which the factors of each `lora` are multiplied into its kernel, `W + (alpha / rank) A B`: a plain
 * model, as fast as the first one, with the same outputs to the rounding of float32. All its layers are frozen, but
 * those that were trained as a whole.
 *
 * @throws OptionError where the model has no `lora`
 */
export function mergeLora(model: Model, options: Partial<MergeLoraOptions> = {}): Model {
  const { customObjects } = withDefaults<MergeLoraOptions>(
    "mergeLora",
    { customObjects: {} },
    options,
  );
  const scales = new Map<string, number>();
  const config = mapLayers(toConfig(model), (layer, path) => {
    if (layer.kind !== "lora") return layer;
    const { rank, alpha, layer: inner } = layer.options;
    scales.set(path, loraScale({ rank: rank as number, alpha: alpha as number | null }));
    return { ...(inner as KindConfig), name: layer.name };
  });
  if (scales.size === 0)
    throw new OptionError(`mergeLora: model "${model.name}" must have a lora layer, it has none`);
  const copy = fromConfig(config, customObjects);
  const values = valuesByName(model);
  copy.setWeights(
    copy.variables.map(({ name }) => {
      const kernel = values.get(name)!;
      const [down, up] = factorNames(name).map((factor) => values.get(factor));
      if (!down || !up) return kernel;
      const path = [...scales.keys()].find((one) => name.startsWith(one));
      return merged(kernel, down, up, scales.get(path!)!);
    }),
  );
  return copy;
}

/** `w + scale a b`, in float64 and rounded once. */
function merged(w: Tensor, a: Tensor, b: Tensor, scale: number): Tensor {
  const [inputs, rank] = a.shape as [number, number];
  const units = b.shape[1]!;
  const out = new Float32Array(w.data.length);
  const row = new Float64Array(units);
  for (let i = 0; i < inputs; i++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = a.data[i * rank + k]!;
      for (let j = 0; j < units; j++) row[j] = row[j]! + factor * b.data[k * units + j]!;
    }
    for (let j = 0; j < units; j++) out[i * units + j] = w.data[i * units + j]! + scale * row[j]!;
  }
  return new Tensor(out, w.shape, "float32");
}
