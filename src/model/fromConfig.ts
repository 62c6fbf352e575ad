import { type ConstraintName, constraints } from "../constraints/catalogue.gen.ts";
import { DataError, OptionError } from "../errors.ts";
import { type InitializerName, initializers } from "../initializers/catalogue.gen.ts";
import { layers as layerFactories } from "../layers/catalogue.gen.ts";
import type { Layer } from "../layers/defineLayer.ts";
import { losses } from "../losses/catalogue.gen.ts";
import type { Loss } from "../losses/defineLoss.ts";
import { type MetricName, metrics } from "../metrics/catalogue.gen.ts";
import type { Metric } from "../metrics/defineMetric.ts";
import { byName } from "../names.ts";
import { optimizers } from "../optim/catalogue.gen.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import { type ScheduleName, schedules } from "../optim/schedules/catalogue.gen.ts";
import { type RegularizerName, regularizers } from "../regularizers/catalogue.gen.ts";
import type { CompileConfig, Json, KindConfig, LayerConfig, ModelConfig } from "./config.ts";
import type { CompileOptions } from "./model.ts";
import { Sequential } from "./sequential.ts";

/** Layers, losses, metrics and optimizers that are not the library's own, by kind: their factories. */
export type CustomObjects = Readonly<
  Record<string, (options: never) => Layer | Loss | Metric | Optimizer>
>;

function optionFromJson(subject: string, name: string, value: Json): unknown {
  if (Array.isArray(value)) return value.map((item: Json) => optionFromJson(subject, name, item));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Readonly<Record<string, Json>>;
  if (typeof object["number"] === "string") return Number(object["number"]);
  if (typeof object["regexp"] === "string")
    return new RegExp(object["regexp"], String(object["flags"] ?? ""));
  const { kind, options, fields } = object;
  if (typeof fields === "object") return fromFields(subject, fields as Record<string, Json>);
  if (typeof kind !== "string")
    throw new DataError(`${subject}: option "${name}" must name its kind`);
  const given = fromFields(subject, (options ?? {}) as Record<string, Json>) as never;
  if (kind in schedules) return schedules[kind as ScheduleName](given);
  if (kind in constraints) return constraints[kind as ConstraintName](given);
  if (kind in initializers) return initializers[kind as InitializerName](given);
  return byName(subject, "definition", regularizers, kind as RegularizerName)(given);
}

function fromFields(
  subject: string,
  fields: Readonly<Record<string, Json>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, optionFromJson(subject, name, value)]),
  );
}

function optionsFromJson(subject: string, config: KindConfig): Record<string, unknown> {
  return fromFields(subject, config.options);
}

/**
 * A model from its topology, with first values drawn anew.
 *
 * @param customObjects  factories of layers that are not the library's own, by kind
 * @throws DataError, OptionError
 */
export function fromConfig(config: ModelConfig, customObjects: CustomObjects = {}): Sequential {
  if (config?.model !== "sequential" || !Array.isArray(config.layers)) {
    throw new DataError(
      `fromConfig: must be the config of a sequential model, got ${JSON.stringify(config)?.slice(0, 60)}`,
    );
  }
  const made = config.layers.map((layer: LayerConfig) => {
    const subject = `${layer.kind} "${layer.name}"`;
    const options = { ...optionsFromJson(subject, layer), name: layer.name };
    const custom = customObjects[layer.kind];
    const factory =
      custom ?? byName(`fromConfig: ${subject}`, "layer", layerFactories, layer.kind as never);
    return (factory as (options: object) => Layer)(options);
  });
  const model = new Sequential(made, { name: config.name, seed: config.seed });
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
    return (factory as (options: object) => T)(optionsFromJson(kind, one));
  };
  const { optimizer, loss } = config;
  return {
    optimizer: made("optimizer", optimizers, optimizer),
    loss: made("loss", losses, loss),
    metrics: config.metrics.map((m) =>
      typeof m === "string" ? (m as MetricName) : made<Metric>("metric", metrics, m),
    ),
  };
}
