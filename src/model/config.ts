import { OptionError } from "../errors.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { type ActivationName, activations } from "../ops/activations/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Compiled, Model } from "./model.ts";

/** Plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A definition with its options, as JSON. */
export type KindConfig = {
  readonly kind: string;
  readonly options: { readonly [key: string]: Json };
};

/** A layer as JSON. */
export type LayerConfig = KindConfig & { readonly name: string };

/** A model's topology as JSON: what `toConfig` gives and `fromConfig` takes. */
export type ModelConfig = {
  readonly model: "sequential";
  readonly name: string;
  readonly seed: number;
  /** Shape of one sample; null where the model is not built yet. */
  readonly inputShape: readonly number[] | null;
  readonly layers: readonly LayerConfig[];
};

/** How a model is trained, as JSON. */
export type CompileConfig = {
  readonly optimizer: KindConfig;
  readonly loss: KindConfig;
  readonly metrics: readonly (string | KindConfig)[];
};

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

/** The topology of a model as plain JSON. @throws OptionError where an option is a function of the user's */
export function toConfig(model: Model): ModelConfig {
  return {
    model: "sequential",
    name: model.name,
    seed: model.seed,
    inputShape: model.built ? [...model.tensors.inputs[0]!.shape] : null,
    layers: model.layers.map((layer) => {
      const name = layer.layerName!;
      const { name: _name, trainable: _trainable, ...options } = layer.options;
      const config = optionsToJson(`${layer.kind} "${name}"`, layer.kind, options);
      return { ...config, name, options: { ...config.options, trainable: layer.trainable } };
    }),
  };
}

/** How a model is trained, as plain JSON. */
export function compileToConfig(compiled: Compiled): CompileConfig {
  const { optimizer, loss, metrics } = compiled;
  return {
    optimizer: optionsToJson("optimizer", optimizer.name, {
      ...optimizer.options,
      ...(optimizer.schedule && { learningRate: optimizer.schedule }),
    }),
    loss: optionsToJson("loss", loss.kind, loss.options),
    metrics: metrics.map((m) =>
      typeof m === "string" ? m : optionsToJson("metric", m.kind, m.options),
    ),
  };
}

/** Name of an activation option, for texts. */
export function activationText(value: unknown): string {
  if (typeof value === "string") return value;
  return (value as { opName?: ActivationName }).opName ?? "function";
}
