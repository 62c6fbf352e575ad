import { type ConstraintName, constraints } from "../constraints/catalogue.gen.ts";
import { DataError, OptionError } from "../errors.ts";
import { type InitializerName, initializers } from "../initializers/catalogue.gen.ts";
import { layers as layerFactories } from "../layers/catalogue.gen.ts";
import type { AnyLayer, Layer } from "../layers/defineLayer.ts";
import { type LayerTensor, input } from "../layers/layerTensor.ts";
import { losses } from "../losses/catalogue.gen.ts";
import type { Loss } from "../losses/defineLoss.ts";
import { type MetricName, metrics } from "../metrics/catalogue.gen.ts";
import type { Metric } from "../metrics/defineMetric.ts";
import { byName } from "../names.ts";
import { optimizers } from "../optim/catalogue.gen.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import { type ScheduleName, schedules } from "../optim/schedules/catalogue.gen.ts";
import { type RegularizerName, regularizers } from "../regularizers/catalogue.gen.ts";
import type { MetricLike } from "../metrics/resolve.ts";
import type {
  CompileConfig,
  FunctionalConfig,
  Json,
  KindConfig,
  MetricConfig,
  ModelConfig,
  TensorConfig,
} from "./config.ts";
import { Functional } from "./functional.ts";
import type { AnyModel, Model } from "./model.ts";
import { type CompileOptions, isFlat, isLoss, mapOutputs } from "./objective.ts";
import { Sequential } from "./sequential.ts";

/** Layers, losses, metrics and optimizers that are not the library's own, by kind: their factories. */
export type CustomObjects = Readonly<
  Record<string, (options: never) => AnyLayer | Loss | Metric | Optimizer>
>;

function optionFromJson(
  subject: string,
  name: string,
  value: Json,
  customObjects: CustomObjects,
): unknown {
  if (Array.isArray(value))
    return value.map((item: Json) => optionFromJson(subject, name, item, customObjects));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Readonly<Record<string, Json>>;
  if (typeof object["number"] === "string") return Number(object["number"]);
  if (typeof object["regexp"] === "string")
    return new RegExp(object["regexp"], String(object["flags"] ?? ""));
  const { kind, options, fields } = object;
  if (typeof fields === "object") {
    const config = { kind: name, options: fields as KindConfig["options"] };
    return optionsFromJson(subject, config, customObjects);
  }
  if (typeof kind !== "string")
    throw new DataError(`${subject}: option "${name}" must name its kind`);
  const config = { kind, options: (options ?? {}) as KindConfig["options"] };
  if (kind === "model" || kind in layerFactories || kind in customObjects) {
    const own = (object as { readonly name?: string | null }).name ?? null;
    return layerFromConfig({ ...config, name: own }, customObjects);
  }
  const given = optionsFromJson(subject, config, customObjects) as Record<string, never>;
  if (kind in schedules) return schedules[kind as ScheduleName](given);
  if (kind in constraints) return constraints[kind as ConstraintName](given);
  if (kind in initializers) return initializers[kind as InitializerName](given);
  return byName(subject, "definition", regularizers, kind as RegularizerName)(given);
}

function optionsFromJson(
  subject: string,
  config: KindConfig,
  customObjects: CustomObjects,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config.options).map(([name, value]) => [
      name,
      optionFromJson(subject, name, value, customObjects),
    ]),
  );
}

function layerFromConfig(
  config: KindConfig & { readonly name: string | null },
  customObjects: CustomObjects,
): AnyLayer {
  if (config.kind === "model") {
    return fromConfig(config.options["config"] as ModelConfig, customObjects).asLayer();
  }
  const subject = `${config.kind} "${config.name ?? config.kind}"`;
  const options = { ...optionsFromJson(subject, config, customObjects), name: config.name };
  const factory =
    customObjects[config.kind] ??
    byName(`fromConfig: ${subject}`, "layer", layerFactories, config.kind as never);
  return (factory as (options: object) => AnyLayer)(options);
}

function graphFromConfig(config: FunctionalConfig, customObjects: CustomObjects): AnyModel {
  const inputs = config.inputs.map(({ shape, ...options }) => input(shape, options));
  const layers = config.layers.map((one) => layerFromConfig(one, customObjects));
  const made: (readonly LayerTensor[])[] = [];
  const tensorAt = ([call, index]: TensorConfig): LayerTensor => {
    const t = call === -1 ? inputs[index] : made[call]?.[index];
    if (!t)
      throw new DataError(`fromConfig: model "${config.name}" refers to a tensor that it lacks`);
    return t;
  };
  for (const call of config.calls) {
    const layer = layers[call.layer];
    if (!layer)
      throw new DataError(`fromConfig: model "${config.name}" refers to a layer that it lacks`);
    made.push([layer(call.inputs.map(tensorAt))].flat());
  }
  const { outputNames, form } = config;
  return new Functional(inputs, config.outputs.map(tensorAt), outputNames, form, config);
}

/**
 * A model from its topology, with first values drawn anew.
 *
 * @param customObjects  factories of layers that are not the library's own, by kind
 * @throws DataError, OptionError
 */
export function fromConfig(config: ModelConfig, customObjects: CustomObjects = {}): Model {
  const isGraph = config?.model === "functional" && Array.isArray(config.calls);
  if (!(isGraph || config?.model === "sequential") || !Array.isArray(config.layers)) {
    throw new DataError(
      `fromConfig: must be what model.toConfig() gave, got ${JSON.stringify(config)?.slice(0, 60)}`,
    );
  }
  if (config.model === "functional") return graphFromConfig(config, customObjects) as Model;
  const layers = config.layers.map((layer) => layerFromConfig(layer, customObjects) as Layer);
  const model = new Sequential(layers, { name: config.name, seed: config.seed });
  if (config.inputShape && !model.built) model.build(config.inputShape);
  return model;
}

/**
 * The arguments of `compile` from JSON.
 *
 * @param customObjects  factories of losses, metrics and optimizers that are not the library's own, by kind
 * @throws DataError, OptionError
 */
export function compileFromConfig(
  config: CompileConfig,
  customObjects: CustomObjects = {},
): CompileOptions {
  const made = <T>(kind: string, own: Readonly<Record<string, unknown>>, one: KindConfig): T => {
    const factory = customObjects[one.kind] ?? own[one.kind];
    if (factory === undefined) {
      throw new OptionError(
        `load: unknown ${kind} "${one.kind}"; pass what defines it as customObjects: { ${one.kind} }`,
      );
    }
    return (factory as (options: object) => T)(optionsFromJson(kind, one, customObjects));
  };
  const { optimizer, loss, lossWeights, metrics: given } = config;
  const lossFrom = (one: KindConfig | null): Loss | null => one && made<Loss>("loss", losses, one);
  const metricFrom = (m: MetricConfig): MetricLike =>
    typeof m === "string" ? (m as MetricName) : made<Metric>("metric", metrics, m);
  return {
    optimizer: made("optimizer", optimizers, optimizer),
    loss: isLoss(loss) ? lossFrom(loss)! : mapOutputs(loss, lossFrom),
    ...(lossWeights && { lossWeights }),
    metrics: isFlat(given)
      ? given.map(metricFrom)
      : mapOutputs(given, (list) => list.map(metricFrom)),
  };
}
