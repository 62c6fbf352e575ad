import { OptionError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { zeros } from "../initializers/constants.ts";
import { heUniform } from "../initializers/heUniform.ts";
import { mul } from "../ops/binary.ts";
import { sizeOf } from "../shape.ts";
import {
  type AnyLayer,
  type CommonLayerOptions,
  type Layer,
  type ParameterSpec,
  defineLayer,
} from "./defineLayer.ts";
import { checkLayer } from "./innerLayer.ts";
import { outputsOf } from "./layerTensor.ts";

/** Options of `lora`. */
export interface LoraOptions {
  /** What is adapted: `dense` or `multiHeadAttention`. */
  layer: AnyLayer | null;
  /** Columns of A and rows of B, >= 1. Default 8. */
  rank: number;
  /** The product of A and B is multiplied by alpha / rank; null: by 1, as alpha = rank. Default null. */
  alpha: number | null;
  /** Which of the layer's kernels are adapted; null: all of them. Default null. */
  kernels: readonly string[] | null;
}

/** Names of the two thin factors that adapt a kernel, as `adaptedProduct` finds them. */
export function factorNames(kernel: string): [down: string, up: string] {
  return [`${kernel}/loraA`, `${kernel}/loraB`];
}

/** Names of the kernels that are adapted. @throws OptionError */
function adaptedKernels({ layer, kernels }: LoraOptions): readonly string[] {
  const known = Object.keys(layer!.adaptable);
  const unknown = kernels?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new OptionError(
      `lora: kernels must be of ${known.join(", ")}, which ${layer!.kind} has, got "${unknown}"`,
    );
  return kernels ?? known;
}

/** What A B is multiplied by. */
export function loraScale({ rank, alpha }: Pick<LoraOptions, "rank" | "alpha">): number {
  return (alpha ?? rank) / rank;
}

/**
 * Low-rank adaptation: a layer whose own parameters stay as they are, while each of its kernels W acts as
 * `W + (alpha / rank) A B`. Only A, inputs x rank, and B, rank x units, are trained, B from 0, so that the layer at first
 * computes what it did. The large product is not differentiated by W. `withLora` adapts the layers of a model,
 * `mergeLora` multiplies the factors into the kernels. Source: Hu et al. 2021 (arXiv:2106.09685), section 4.1, with
 * A as in Keras drawn by `heUniform`.
 *
 * inputs and output: as the layer's. Parameters: the layer's, not trained; `kernel/loraA`: float32[inputs, rank],
 * `kernel/loraB`: float32[rank, units], and so on.
 *
 * @throws OptionError where the layer has no kernel that can be adapted
 *
 * @example
 *     lora({ layer: dense({ units: 64 }), rank: 4, alpha: 8 })
 */
export const lora: (
  options: Partial<LoraOptions & CommonLayerOptions> & { layer: AnyLayer },
) => Layer = /* @__PURE__ */ defineLayer<LoraOptions>({
  name: "lora",
  defaults: { layer: null, rank: 8, alpha: null, kernels: null },
  check: (options) => {
    const { layer, rank, alpha } = options;
    checkLayer("lora", layer);
    if (Object.keys(layer.adaptable).length === 0)
      throw new OptionError(
        `lora: layer must be dense or multiHeadAttention, got ${layer.kind}; it has no kernel that can be adapted`,
      );
    if (!(Number.isInteger(rank) && rank >= 1))
      throw new RangeError(`lora: rank must be a whole number >= 1, got ${String(rank)}`);
    if (alpha !== null && !(alpha > 0 && alpha < Infinity))
      throw new RangeError(`lora: alpha must be > 0, got ${String(alpha)}`);
    adaptedKernels(options);
  },
  params: (options, shapes) => {
    const layer = options.layer!;
    const specs: Record<string, ParameterSpec> = {};
    for (const [name, spec] of Object.entries(layer.params(shapes)))
      specs[name] = { ...spec, trainable: false, regularizer: null, constraint: null };
    for (const kernel of adaptedKernels(options)) {
      const { shape } = specs[kernel]!;
      const axes = layer.adaptable[kernel]!;
      const [down, up] = factorNames(kernel);
      const [inputs, units] = [sizeOf(shape.slice(0, axes)), sizeOf(shape.slice(axes))];
      specs[down] = { shape: [inputs, options.rank], initializer: heUniform() };
      specs[up] = { shape: [options.rank, units], initializer: zeros() };
    }
    return specs;
  },
  inner: ({ layer }, parameter) =>
    /\/lora[AB]$/.test(parameter) ? null : { layer: layer!, parameter },
  call: (inputs, context) => {
    const { options, params, frozen } = context;
    const scale = loraScale(options);
    const scaled: Record<string, SymbolicTensor> = { ...params };
    for (const kernel of adaptedKernels(options)) {
      const [, up] = factorNames(kernel);
      if (scale !== 1) scaled[up] = mul(params[up]!, scale);
    }
    const { layer } = options;
    return outputsOf(
      layer!.call(inputs, { ...context, params: scaled, frozen: frozen || !layer!.trainable }),
    );
  },
});
