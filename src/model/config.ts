import { OptionError } from "../errors.ts";
import type { Json } from "../io/json.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { type ActivationName, activations } from "../ops/activations/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { AnyLayer } from "../layers/defineLayer.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import type { AnyModel, OutputForm } from "./model.ts";
import type { Loss } from "../losses/defineLoss.ts";
import type { MetricLike } from "../metrics/resolve.ts";
import { type Compiled, type PerOutput, isFlat, isLoss, mapOutputs } from "./objective.ts";
import type { Topology } from "./topology.ts";

export type { Json };

/** A definition with its options, as JSON. */
export type KindConfig = {
  readonly kind: string;
  readonly options: { readonly [key: string]: Json };
};

/** A layer as JSON. */
export type LayerConfig = KindConfig & { readonly name: string };

/** A model whose layers follow one another, as JSON. */
export type SequentialConfig = {
  readonly model: "sequential";
  readonly name: string;
  readonly seed: number;
  /** Shape of one sample; null where the model is not built yet. */
  readonly inputShape: readonly number[] | null;
  readonly layers: readonly LayerConfig[];
};

/** A tensor of a graph: [index of a call, which of its outputs], or [-1, index of a model's input]. */
export type TensorConfig = readonly [number, number];

/** A graph of layers as JSON. */
export type FunctionalConfig = {
  readonly model: "functional";
  readonly name: string;
  readonly seed: number;
  readonly form: OutputForm;
  readonly inputs: readonly {
    readonly name: string | null;
    readonly shape: readonly number[];
    readonly dtype: "float32" | "int32";
  }[];
  readonly layers: readonly LayerConfig[];
  /** Applications of layers: index of the layer and what it is applied to, inputs first. */
  readonly calls: readonly { readonly layer: number; readonly inputs: readonly TensorConfig[] }[];
  readonly outputs: readonly TensorConfig[];
  readonly outputNames: readonly string[];
};

/** A model's topology as JSON: what `toConfig` gives and `fromConfig` takes. */
export type ModelConfig = SequentialConfig | FunctionalConfig;

/** How a model is trained, as JSON. */
export type CompileConfig = {
  readonly optimizer: KindConfig;
  readonly loss: KindConfig | PerOutput<KindConfig | null>;
  readonly lossWeights?: PerOutput<number>;
  readonly metrics: readonly MetricConfig[] | PerOutput<readonly MetricConfig[]>;
};

/** A metric's name, or its definition. */
export type MetricConfig = string | KindConfig;

function isPlain(value: unknown): value is Json {
  return (
    value === null ||
    ["number", "string", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every(isPlain))
  );
}

/** One option's value as JSON: definitions become `{ kind, options }`. */
function optionToJson(subject: string, name: string, value: unknown): Json {
  if (value === undefined) return null;
  // JSON has no infinities, and options may be infinite (Nadam's momentumDecay).
  if (value === Infinity || value === -Infinity) return { number: String(value) };
  if (isPlain(value)) return value;
  if (value instanceof RegExp) return { regexp: value.source, flags: value.flags };
  if (Array.isArray(value)) return value.map((item) => optionToJson(subject, name, item));
  if (typeof value === "function" || typeof value === "object") {
    const op = (value as { opName?: string }).opName;
    if (op !== undefined && op in activations) return op;
    if ("calls" in value) return layerToConfig(value as AnyLayer, (value as AnyLayer).layerName);
    const { kind, options } = value as Partial<Initializer & Regularizer>;
    if (typeof kind === "string" && options) return { ...optionsToJson(subject, kind, options) };
    if (Object.getPrototypeOf(value) === Object.prototype) {
      const fields = Object.entries(value).map(([key, item]): [string, Json] => [
        key,
        optionToJson(subject, `${name}.${key}`, item),
      ]);
      return { fields: Object.fromEntries(fields) };
    }
  }
  throw new OptionError(
    `${subject}: option "${name}" is a function, which a file cannot hold; use a name or a definition of the library`,
  );
}

function optionsToJson(
  subject: string,
  kind: string,
  options: Readonly<Record<string, unknown>>,
): KindConfig {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(options))
    out[name] = optionToJson(subject, name, value);
  return { kind, options: out };
}

/** A layer with its options and its name in a model; null: a layer within another that was given none. */
function layerToConfig<N extends string | null>(
  layer: AnyLayer,
  name: N,
): KindConfig & { readonly name: N } {
  const { name: _name, trainable: _trainable, model, ...options } = layer.options;
  if (layer.kind === "model") {
    return { kind: "model", name, options: { config: toConfig(model as AnyModel) } };
  }
  const config = optionsToJson(`${layer.kind} "${name ?? layer.kind}"`, layer.kind, options);
  return { ...config, name, options: { ...config.options, trainable: layer.trainable } };
}

function graphToConfig(model: AnyModel, topology: Topology): FunctionalConfig {
  const { inputs, outputs, outputNames, calls, layers, nameOf } = topology;
  const place = (t: LayerTensor): TensorConfig =>
    inputs.includes(t) ? [-1, inputs.indexOf(t)] : [calls.indexOf(t.call!), t.index];
  return {
    model: "functional",
    name: model.name,
    seed: model.seed,
    form: model.form,
    inputs: inputs.map((t) => ({
      name: t.name,
      shape: [...t.shape],
      dtype: t.dtype === "int32" ? "int32" : "float32",
    })),
    layers: layers.map((layer) => layerToConfig(layer, nameOf(layer))),
    calls: calls.map((call) => ({
      layer: layers.indexOf(call.layer),
      inputs: call.inputs.map(place),
    })),
    outputs: outputs.map(place),
    outputNames: [...outputNames],
  };
}

/** The topology of a model as plain JSON. @throws OptionError where an option is a function of the user's */
export function toConfig(model: AnyModel): ModelConfig {
  if (!model.isSequential) return graphToConfig(model, model.topology);
  return {
    model: "sequential",
    name: model.name,
    seed: model.seed,
    inputShape: model.built ? [...model.inputs[0]!.shape] : null,
    layers: model.layers.map((layer) => layerToConfig(layer, layer.layerName!)),
  };
}

/** How a model is trained, as plain JSON. */
export function compileToConfig({
  optimizer,
  loss,
  lossWeights,
  metrics,
}: Compiled): CompileConfig {
  const lossToConfig = (one: Loss | null): KindConfig | null =>
    one && optionsToJson("loss", one.kind, one.options);
  const metricToConfig = (m: MetricLike): MetricConfig =>
    typeof m === "string" ? m : optionsToJson("metric", m.kind, m.options);
  return {
    optimizer: optionsToJson("optimizer", optimizer.name, {
      ...optimizer.options,
      ...(optimizer.schedule && { learningRate: optimizer.schedule }),
    }),
    loss: isLoss(loss) ? lossToConfig(loss)! : mapOutputs(loss, lossToConfig),
    ...(lossWeights && { lossWeights }),
    metrics: isFlat(metrics)
      ? metrics.map(metricToConfig)
      : mapOutputs(metrics, (list) => list.map(metricToConfig)),
  };
}

/** Name of an activation option, for texts. */
export function activationText(value: unknown): string {
  if (typeof value === "string") return value;
  return (value as { opName?: ActivationName }).opName ?? "function";
}
