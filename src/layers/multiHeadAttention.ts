import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { attention } from "../ops/attention.ts";
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { asRows } from "../ops/matmul.ts";
import { logicalAnd } from "../ops/logical.ts";
import { reshape } from "../ops/reshape.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { adaptedProduct } from "./adaptedProduct.ts";
import {
  type LayerOptions,
  type ParameterSpec,
  type Shaped,
  type ShapedLayer,
  defineLayer,
} from "./defineLayer.ts";
import { commonMask, maskOf, withMask } from "./mask.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";
import type { AttentionRule } from "./shapeRules.ts";

/** Options of `multiHeadAttention`. */
export interface MultiHeadAttentionOptions {
  /** Number of heads, >= 1. */
  numHeads: number;
  /** Length of a head's query and key, >= 1. */
  keyDim: number;
  /** Length of a head's value; null: keyDim. Default null. */
  valueDim: number | null;
  /** Probability of dropping a weight in training, in [0, 1). Default 0. */
  dropout: number;
  /** Adds a bias to all four products. Default true. */
  useBias: boolean;
  /** Features of the output; null: those of the query. Default null. */
  outputShape: number | null;
  /** Position i of the query sees positions 0 to i only. Default false. */
  useCausalMask: boolean;
  /** Integer in [0, 2^53) that decides what is dropped; null: the seed of `fit`. Default null. */
  seed: number | null;
  /** Default "glorotUniform". */
  kernelInitializer: InitializerName | Initializer;
  /** Default "zeros". */
  biasInitializer: InitializerName | Initializer;
  /** Penalty on the kernels. Default null. */
  kernelRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  kernelConstraint: ConstraintName | Constraint | null;
  /** Penalty on the biases. Default null. */
  biasRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  biasConstraint: ConstraintName | Constraint | null;
}

/** The four products, in the order of their parameters. */
const PRODUCTS = ["query", "key", "value", "attentionOutput"] as const;

/** Whole number at least 1, or null where that is allowed. */
function checkCount(name: string, value: number | null, optional: boolean): void {
  if ((optional && value === null) || (Number.isInteger(value) && value! >= 1)) return;
  throw new RangeError(
    `multiHeadAttention: ${name} must be a whole number >= 1, got ${String(value)}`,
  );
}

/** Shapes of query, value and key: value and key are those of the query where they are left out. */
function roles<T>([query, value, key]: readonly T[]): [query: T, value: T, key: T] {
  return [query!, value ?? query!, key ?? value ?? query!];
}

/** `x kernel + bias` over the last axis, with the kernel's other axes split off: [batch, length, ...rest]. */
function project(
  x: SymbolicTensor,
  params: Readonly<Record<string, SymbolicTensor>>,
  product: (typeof PRODUCTS)[number],
  rest: Shape,
): SymbolicTensor {
  const units = sizeOf(rest);
  const name = `${product}/kernel`;
  const kernel = reshape(params[name]!, { shape: [-1, units] });
  const rows = adaptedProduct(asRows(x), kernel, params, name);
  const bias = params[`${product}/bias`];
  const y = bias ? add(rows, reshape(bias, { shape: [units] })) : rows;
  return reshape(y, { shape: [x.shape[0]!, x.shape[1]!, ...rest] });
}

/**
 * [batch, queries, keys] or [batch, keys], 0 where a key is hidden, as the op takes it; together with the masks that
 * value and key have of layers before.
 */
function maskFor(
  given: SymbolicTensor | undefined,
  value: SymbolicTensor,
  key: SymbolicTensor,
): SymbolicTensor | null {
  const masks = [given, commonMask([value, key])].flatMap((mask) => {
    if (!mask) return [];
    const { shape } = mask;
    const four =
      shape.length === 3 ? [shape[0]!, 1, ...shape.slice(1)] : [shape[0]!, 1, 1, shape[1]!];
    return [reshape(cast(mask, { dtype: "bool" }), { shape: four })];
  });
  const [first, second] = masks;
  return first && second ? logicalAnd(first, second) : (first ?? null);
}

/** `outputShape` decides the features of the output. */
type AttentionLayerFactory = <
  const Input extends Shape | null,
  Features extends number | null = null,
>(
  options: LayerOptions<
    MultiHeadAttentionOptions,
    Input,
    { numHeads: number; keyDim: number; outputShape?: Features }
  >,
) => ShapedLayer<AttentionRule<Features>, Input>;

/**
 * Attention of several heads: queries, keys and values are products of the inputs, each head attends for
 * itself, `softmax(q k^T / sqrt(keyDim)) v`, and a last product joins the heads.
 * Source: Vaswani et al. 2017 (arXiv:1706.03762), section 3.2.2.
 *
 * Call it on query, value, key and mask, as Keras does: key is value where it is left out, value is query
 * (self-attention, and so it stands in `sequential`). The mask is [batch, queries, keys] or [batch, keys],
 * 0 where a key is hidden. Memory grows with the length, not with its square.
 *
 * inputs: float32[batch, length, features]; output: float32[batch, queries, outputShape].
 * query/kernel, key/kernel: float32[features, numHeads, keyDim]; value/kernel: float32[features, numHeads,
 * valueDim]; attentionOutput/kernel: float32[numHeads, valueDim, outputShape]; biases without the first axis
 * (the output's: float32[outputShape]).
 *
 * @throws ShapeError where an input has no length or no features
 *
 * @example
 *     multiHeadAttention({ numHeads: 4, keyDim: 32, useCausalMask: true })
 */
export const multiHeadAttention: AttentionLayerFactory = /* @__PURE__ */ defineLayer<
  MultiHeadAttentionOptions,
  Shaped
>({
  name: "multiHeadAttention",
  needs: ["numHeads", "keyDim"],
  defaults: {
    numHeads: 0,
    keyDim: 0,
    valueDim: null,
    dropout: 0,
    useBias: true,
    outputShape: null,
    useCausalMask: false,
    seed: null,
    kernelInitializer: "glorotUniform",
    biasInitializer: "zeros",
    kernelRegularizer: null,
    kernelConstraint: null,
    biasRegularizer: null,
    biasConstraint: null,
  },
  check: ({ numHeads, keyDim, valueDim, outputShape, dropout }) => {
    checkCount("numHeads", numHeads, false);
    checkCount("keyDim", keyDim, false);
    checkCount("valueDim", valueDim, true);
    checkCount("outputShape", outputShape, true);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new RangeError(
        `multiHeadAttention: dropout must lie in [0, 1), got ${String(dropout)}; it is the share that is dropped`,
      );
    }
  },
  params: (options, shapes, name) => {
    const subject = `multiHeadAttention "${name}"`;
    const [query, value, key] = roles(shapes);
    for (const shape of [query, value, key]) {
      if (shape.length !== 2) {
        throw new ShapeError(
          `${subject}: inputs must have 3 axes [batch, length, features], got ${printShape([null, ...shape])}`,
        );
      }
    }
    const { numHeads, keyDim } = options;
    const valueDim = options.valueDim ?? keyDim;
    const units = options.outputShape ?? query[1]!;
    const kernels: Shape[] = [
      [query[1]!, numHeads, keyDim],
      [key[1]!, numHeads, keyDim],
      [value[1]!, numHeads, valueDim],
      [numHeads, valueDim, units],
    ];
    const biases: Shape[] = [[numHeads, keyDim], [numHeads, keyDim], [numHeads, valueDim], [units]];
    const specs: Record<string, ParameterSpec> = {};
    PRODUCTS.forEach((product, i) => {
      specs[`${product}/kernel`] = {
        shape: kernels[i]!,
        initializer: initializerOf(subject, options.kernelInitializer),
        regularizer: regularizerOf(subject, options.kernelRegularizer),
        constraint: constraintOf(subject, options.kernelConstraint),
      };
      if (!options.useBias) return;
      specs[`${product}/bias`] = {
        shape: biases[i]!,
        initializer: initializerOf(subject, options.biasInitializer),
        regularizer: regularizerOf(subject, options.biasRegularizer),
        constraint: constraintOf(subject, options.biasConstraint),
        decay: false,
      };
    });
    return specs;
  },
  adaptable: { "query/kernel": 1, "key/kernel": 1, "value/kernel": 1, "attentionOutput/kernel": 2 },
  call: (inputs, { options, params, training, randomStream }) => {
    const { numHeads, keyDim, useCausalMask, dropout, seed } = options;
    const [query, value, key] = roles(inputs);
    const part = (
      x: SymbolicTensor,
      product: (typeof PRODUCTS)[number],
      rest: Shape,
    ): SymbolicTensor => project(x, params, product, rest);
    const drops = training && dropout > 0;
    const y = attention(
      part(query, "query", [numHeads, keyDim]),
      part(key, "key", [numHeads, keyDim]),
      part(value, "value", [numHeads, options.valueDim ?? keyDim]),
      maskFor(inputs[3], value, key),
      {
        causal: useCausalMask,
        ...(drops && { dropout, seed, stream: randomStream() }),
      },
    );
    const joined = reshape(y, { shape: [y.shape[0]!, y.shape[1]!, -1] });
    const kernel = params["attentionOutput/kernel"]!;
    return withMask(part(joined, "attentionOutput", [kernel.shape[2]!]), maskOf(query));
  },
});
