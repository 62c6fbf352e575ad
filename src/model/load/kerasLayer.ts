import { type ConstraintName, constraints } from "../../constraints/catalogue.gen.ts";
import { DataError } from "../../errors.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import { activations } from "../../ops/activations/catalogue.gen.ts";
import { l1l2 } from "../../regularizers/l1l2.ts";
import { CLASSES } from "./kerasClasses.ts";
import { type JsonObject, camel, isObject, objectOf, ownName } from "./kerasJson.ts";
import type { Parts } from "./parts.ts";

type Options = Record<string, unknown>;

/** What the reading of every layer depends on. */
export interface KerasContext {
  /** Keras 3 or later wrote the config: it differs in the hard sigmoid. */
  readonly keras3: boolean;
  readonly parts: Parts;
}

/** What reads a layer that is a model of its own. */
export type NestedModel = (className: string, config: JsonObject) => AnyLayer;

/** Options that change nothing here: how Keras runs a layer, and what only a new layer needs. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "name",
  "dtype",
  "batchInputShape",
  "batchShape",
  "inputLength",
  "inputDtype",
  "implementation",
  "unroll",
  "fused",
  "renorm",
  "virtualBatchSize",
  "synchronized",
  "supportsMasking",
  "registeredName",
  "autocast",
  "useCudnn",
  "inputSpec",
]);

/** Options that must have this value: another one asks for what is not there. */
const ONLY: Readonly<Record<string, unknown>> = {
  stateful: false,
  timeMajor: false,
  zeroOutputForMask: false,
  noiseShape: null,
  activityRegularizer: null,
  sparse: false,
  ragged: false,
  loraRank: null,
  rmsScaling: false,
};

const RENAMED: Readonly<Record<string, string>> = { keepdims: "keepDims" };

function activationOf(subject: string, value: unknown, context: KerasContext): unknown {
  if (value === null || value === undefined) return "linear";
  const given = isObject(value) ? (value["config"] ?? value["class_name"]) : value;
  if (typeof given !== "string")
    throw new DataError(
      `${subject}: activation must be a name, got ${JSON.stringify(value)?.slice(0, 60)}`,
    );
  if (given === "hard_sigmoid" && !context.keras3) return context.parts.hardSigmoid2;
  const name = given === "swish" ? "silu" : camel(given);
  if (!Object.hasOwn(activations, name))
    throw new DataError(
      `${subject}: activation "${given}" is not there; known: ${Object.keys(activations).join(", ")}`,
    );
  return name;
}

function regularizerOf(subject: string, value: unknown): unknown {
  if (!isObject(value)) return null;
  const config = objectOf(subject, "a regularizer's config", value["config"] ?? {});
  const { l1 = 0, l2 = 0 } = config;
  if (
    typeof l1 === "number" &&
    typeof l2 === "number" &&
    /^L[12](L2)?$/i.test(String(value["class_name"]))
  )
    return l1l2({ l1, l2 });
  throw new DataError(`${subject}: regularizer "${String(value["class_name"])}" is not read`);
}

function constraintOf(subject: string, value: unknown): unknown {
  if (!isObject(value)) return null;
  const name = String(value["class_name"]);
  const own = name[0]?.toLowerCase() + name.slice(1);
  if (!Object.hasOwn(constraints, own))
    throw new DataError(`${subject}: constraint "${name}" is not read`);
  const config = objectOf(subject, "a constraint's config", value["config"] ?? {});
  const options = Object.fromEntries(
    Object.entries(config).map(([key, one]) => [
      camel(key),
      Array.isArray(one) && one.length === 1 ? one[0] : one,
    ]),
  );
  return constraints[own as ConstraintName](options as never);
}

/** Options of the classes that are activations with numbers of their own. */
function activationOptions(subject: string, className: string, config: JsonObject): Options {
  const number = (name: string, fallback: number): number => {
    const value = config[name];
    const own = isObject(value) ? value["value"] : value;
    if (own === undefined || own === null) return fallback;
    if (typeof own === "number") return own;
    throw new DataError(`${subject}: ${name} must be a number`);
  };
  if (className === "LeakyReLU") {
    const slope = number("negative_slope", number("alpha", 0.3));
    return { activation: "leakyRelu", attributes: { negativeSlope: slope } };
  }
  if (className === "ELU") return { activation: "elu", attributes: { alpha: number("alpha", 1) } };
  if (className === "Softmax") {
    const { axis = -1 } = config;
    if (axis !== -1)
      throw new DataError(
        `${subject}: softmax is along the last axis here, got axis ${JSON.stringify(axis)}`,
      );
    return { activation: "softmax" };
  }
  const [slope, most, least] = [
    number("negative_slope", 0),
    number("max_value", Infinity),
    number("threshold", 0),
  ];
  if (least === 0 && slope === 0 && most === Infinity) return { activation: "relu" };
  if (least === 0 && slope === 0 && most === 6) return { activation: "relu6" };
  if (least === 0 && most === Infinity)
    return { activation: "leakyRelu", attributes: { negativeSlope: slope } };
  throw new DataError(`${subject}: relu with max_value ${most}, threshold ${least} is not there`);
}

function optionOf(subject: string, name: string, value: unknown, context: KerasContext): unknown {
  if (name === "dataFormat") return camel(String(value));
  if (/activation$/i.test(name)) return activationOf(subject, value, context);
  if (name.endsWith("Regularizer")) return regularizerOf(subject, value);
  if (name.endsWith("Constraint")) return constraintOf(subject, value);
  if (name === "axis" && Array.isArray(value) && value.length === 1) return value[0];
  return value;
}

/** What differs between a class and our layer besides the spelling. */
function adapt(className: string, options: Options): void {
  if (className === "DepthwiseConv2D") {
    for (const name of ["filters", "groups"]) delete options[name];
  }
  if (className.startsWith("SeparableConv")) delete options["groups"];
  if (className === "Flatten" && options["dataFormat"] === "channelsLast")
    delete options["dataFormat"];
  if (className === "GRU") options["resetAfter"] ??= false;
}

/**
 * Our layer for one of Keras's, from the config that Keras and TF.js write.
 *
 * @throws DataError naming the class, or the option, that is not there
 */
export function layerFromKeras(
  subject: string,
  className: string,
  config: JsonObject,
  context: KerasContext,
  nested: NestedModel,
): AnyLayer {
  const name = typeof config["name"] === "string" ? ownName(config["name"]) : null;
  const own = `${subject}: ${className} "${name ?? ""}"`;
  if (className === "Sequential" || className === "Functional" || className === "Model")
    return nested(className, config);
  if (!Object.hasOwn(CLASSES, className))
    throw new DataError(
      `${own}: layers of this class are not there; known: ${Object.keys(CLASSES).join(" ")}`,
    );
  const kind = CLASSES[className]!;
  const options: Options =
    kind === "activation" && className !== "Activation"
      ? activationOptions(own, className, config)
      : {};
  for (const [key, value] of Object.entries(Object.keys(options).length > 0 ? {} : config)) {
    const option = RENAMED[camel(key)] ?? camel(key);
    if (WITHOUT_EFFECT.has(option) || option === "trainable" || option.endsWith("Initializer"))
      continue;
    if (option === "seed" || (option === "backwardLayer" && kind === "bidirectional")) continue;
    if (Object.hasOwn(ONLY, option)) {
      if (!value || value === ONLY[option]) continue;
      throw new DataError(
        `${own}: ${key} must be ${String(ONLY[option])}, got ${JSON.stringify(value)?.slice(0, 40)}`,
      );
    }
    if (option === "layer") {
      const inner = objectOf(own, "layer", value);
      options["layer"] = layerFromKeras(
        own,
        String(inner["class_name"]),
        objectOf(own, "config", inner["config"]),
        context,
        nested,
      );
      continue;
    }
    if (value === null && !/activation$/i.test(option)) continue;
    options[option] = optionOf(own, option, value, context);
  }
  adapt(className, options);
  const { trainable = true } = config;
  try {
    const factory = context.parts.layers[kind] as (options: Options) => AnyLayer;
    return factory({ ...options, name, trainable: trainable !== false });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new DataError(`${own}: ${error.message}`, { cause: error });
  }
}
