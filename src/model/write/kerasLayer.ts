import { DataError } from "../../errors.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import { activations } from "../../ops/activations/catalogue.gen.ts";
import { CLASSES } from "../load/kerasClasses.ts";
import { activationText } from "../config.ts";

/** Whose form a config has: TensorFlow.js's layers, which are a part of Keras 2's; Keras 2's; Keras 3's. */
export type Dialect = "tfjs" | "keras2" | "keras3";

/** JSON as it is written. */
export type Written = { readonly [key: string]: unknown };

/** Keras's class of each kind of layer. */
const CLASS_OF: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(CLASSES)
    .filter(([name, kind]) => kind !== "activation" && name !== "BatchNormalizationV1")
    .map(([name, kind]): [string, string] => [kind, name]),
);

/** Classes that a dialect does not have. */
const MISSING: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  tfjs: new Set([
    "Conv1DTranspose",
    "Cropping1D",
    "GroupNormalization",
    "RMSNormalization",
    "SeparableConv1D",
    "SpatialDropout2D",
    "Subtract",
    "UpSampling1D",
    "ZeroPadding1D",
  ]),
  keras2: new Set(["RMSNormalization"]),
  keras3: new Set(),
};

/** Activations that a dialect has, by our names. Keras 2's hard sigmoid is another function than ours. */
const KERAS_2 = "elu exponential gelu linear relu selu sigmoid silu softmax softplus softsign tanh";
const ACTIVATIONS: Readonly<Record<Dialect, string>> = {
  tfjs: "elu gelu linear logSoftmax mish relu relu6 selu sigmoid silu softmax softplus softsign tanh",
  keras2: KERAS_2,
  keras3: `${KERAS_2} celu hardSigmoid hardSwish logSigmoid logSoftmax mish relu6`,
};

/** Options of ours that say nothing to Keras. */
const OWN = new Set(["name", "inputShape", "trainable", "unbiasedRunningVariance"]);

/** Options that are one number for all spatial axes, or one an axis. */
const PER_AXIS = new Set(["kernelSize", "strides", "dilationRate", "poolSize", "size"]);

/** `kernelSize` as `kernel_size`. */
export function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

function pascal(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

/** Spatial axes of a kind, from its name. */
function rankOf(kind: string): number {
  return /2d/i.test(kind) ? 2 : 1;
}

/** What writes the parts of one layer. */
export class KerasLayerWriter {
  readonly dialect: Dialect;
  private readonly subject: string;

  constructor(subject: string, dialect: Dialect) {
    this.subject = subject;
    this.dialect = dialect;
  }

  /** A definition of Keras's own by its class. */
  private object(module: string, className: string, config: Written): Written {
    return this.dialect === "keras3"
      ? { module, class_name: className, config, registered_name: null }
      : { class_name: className, config };
  }

  private activation(own: string, value: unknown): string {
    const name = activationText(value);
    if (!ACTIVATIONS[this.dialect].split(" ").includes(name))
      throw new DataError(
        `${own}: activation "${name}" is not in ${this.dialect}; known: ${ACTIVATIONS[this.dialect]}`,
      );
    if (name === "silu" && this.dialect !== "keras3") return "swish";
    return snake(name);
  }

  /** An initializer, a regularizer or a constraint. */
  private definition(module: string, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    const { kind, options = {} } =
      typeof value === "string"
        ? { kind: value }
        : (value as { kind: string; options?: Record<string, unknown> });
    const config = Object.fromEntries(
      Object.entries(options).map(([key, one]) => [
        snake(key),
        typeof one === "string" ? snake(one) : one,
      ]),
    );
    if (module !== "keras.regularizers") return this.object(module, pascal(kind), config);
    // Keras 3 has classes for the penalties that are one of both; the older ones know L1L2 alone.
    const { l1 = 0, l2 = 0 } = config as { l1?: number; l2?: number };
    if (this.dialect !== "keras3" || (l1 !== 0 && l2 !== 0))
      return this.object(module, "L1L2", { l1, l2 });
    return l1 === 0 ? this.object(module, "L2", { l2 }) : this.object(module, "L1", { l1 });
  }

  private option(own: string, layer: AnyLayer, key: string, value: unknown): unknown {
    if (/activation$/i.test(key)) return this.activation(own, value);
    if (key.endsWith("Initializer")) return this.definition("keras.initializers", value);
    if (key.endsWith("Regularizer")) return this.definition("keras.regularizers", value);
    if (key.endsWith("Constraint")) return this.definition("keras.constraints", value);
    if (key === "layer") {
      const inner = value as AnyLayer;
      return this.layer(inner, inner.layerName ?? inner.kind);
    }
    if (key === "dataFormat") return snake(String(value));
    if (PER_AXIS.has(key) && typeof value === "number")
      return Array<number>(rankOf(layer.kind)).fill(value);
    if (key === "padding" && Array.isArray(value) && !layer.kind.startsWith("zeroPadding"))
      throw new DataError(
        `${own}: padding in numbers is not in Keras; put zeroPadding${rankOf(layer.kind)}d before it`,
      );
    return value;
  }

  /** Activation layers: those with numbers of their own are classes in Keras. */
  private activationLayer(own: string, layer: AnyLayer): { className: string; config: Written } {
    const name = activationText(layer.options["activation"]);
    const attributes = (layer.options["attributes"] ?? {}) as Readonly<Record<string, number>>;
    const { negativeSlope = 0.01, alpha = 1 } = attributes;
    if (name === "leakyRelu") {
      const key = this.dialect === "keras3" ? "negative_slope" : "alpha";
      return { className: "LeakyReLU", config: { [key]: negativeSlope } };
    }
    if (name === "elu") return { className: "ELU", config: { alpha } };
    if (name === "relu6") return { className: "ReLU", config: { max_value: 6 } };
    const odd = Object.entries(attributes).find(([key, value]) => {
      const usual = activations[name as keyof typeof activations]?.definition.attrs;
      return (usual as Record<string, unknown> | undefined)?.[key] !== value;
    });
    if (odd) throw new DataError(`${own}: ${name} with ${odd[0]} ${odd[1]} is not in Keras`);
    return { className: "Activation", config: { activation: this.activation(own, name) } };
  }

  /** `{ class_name, config }` of a layer that is no model. @throws DataError naming the layer that Keras does not have */
  layer(layer: AnyLayer, name: string, more: Written = {}): Written {
    const own = `${this.subject}: ${layer.kind} "${name}"`;
    const common = { name, trainable: layer.trainable, dtype: "float32", ...more };
    if (layer.kind === "activation") {
      const { className, config } = this.activationLayer(own, layer);
      return this.object("keras.layers", className, { ...common, ...config });
    }
    const className = CLASS_OF.get(layer.kind);
    if (className === undefined || MISSING[this.dialect].has(className))
      throw new DataError(`${own}: layers of this kind are not in ${this.dialect}`);
    if (layer.options["unbiasedRunningVariance"] === true)
      throw new DataError(`${own}: unbiasedRunningVariance is not in Keras`);
    if (this.dialect === "tfjs" && Number(layer.options["groups"] ?? 1) > 1)
      throw new DataError(`${own}: TensorFlow.js has one group of channels only`);
    if (this.dialect === "tfjs" && layer.kind === "gru" && layer.options["resetAfter"] === true)
      throw new DataError(`${own}: TensorFlow.js has resetAfter: false only`);
    const config: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(layer.options)) {
      if (OWN.has(key)) continue;
      if (key === "scaleInitializer" || (key === "sharedAxes" && (value as []).length === 0))
        continue;
      const written = key === "keepDims" ? "keepdims" : snake(key);
      config[written] = this.option(own, layer, key, value);
    }
    if ("return_sequences" in config) Object.assign(config, { stateful: false, unroll: false });
    if (layer.kind === "flatten") config["data_format"] = "channels_last";
    if (layer.kind === "spatialDropout1d") delete config["data_format"];
    return this.object("keras.layers", className, { ...common, ...config });
  }
}
