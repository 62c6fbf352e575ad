import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { cast } from "../ops/cast.ts";
import { gather } from "../ops/gather.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import { withMask } from "./mask.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";
import type { EmbeddingRule } from "./shapeRules.ts";
import type { Shape } from "../shape.ts";

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** Number of different indices, >= 1: those of the data lie in [0, inputDim). */
  inputDim: number;
  /** Numbers that stand for an index, >= 1. */
  outputDim: number;
  /** Whether index 0 is padding: layers behind pass over its steps. Default false. */
  maskZero: boolean;
  /** Default "randomUniform", in [-0.05, 0.05). */
  embeddingsInitializer: InitializerName | Initializer;
  /** Penalty on the table. Default null. */
  embeddingsRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  embeddingsConstraint: ConstraintName | Constraint | null;
}

/**
 * A row of a table for each index, `y[..., :] = embeddings[x[...], :]`. Rows that a batch does not name get a
 * gradient of 0: optimizers with moments still move them.
 *
 * With `maskZero` steps of index 0 are masked (see `masking`), for input of [batch, time].
 *
 * As a model's first layer it makes the input int32, and data are checked to be whole numbers in
 * [0, inputDim). Elsewhere whole numbers in float32 are taken too; an index outside gives NaN.
 *
 * input: int32[batch, ...]; output: float32[batch, ..., outputDim]. embeddings: float32[inputDim, outputDim].
 *
 * @example
 *     embedding({ inputDim: 65, outputDim: 128, inputShape: [64] })
 */
export const embedding: <OutputDim extends number, const Input extends Shape | null>(
  options: LayerOptions<EmbeddingOptions, Input, { inputDim: number; outputDim: OutputDim }>,
) => ShapedLayer<EmbeddingRule<OutputDim>, Input> = /* @__PURE__ */ defineLayer<
  EmbeddingOptions,
  Shaped
>({
  name: "embedding",
  needs: ["inputDim", "outputDim"],
  defaults: {
    inputDim: 0,
    outputDim: 0,
    maskZero: false,
    embeddingsInitializer: "randomUniform",
    embeddingsRegularizer: null,
    embeddingsConstraint: null,
  },
  inputDtype: "int32",
  check: (options) => {
    for (const name of ["inputDim", "outputDim"] as const) {
      const n = options[name];
      if (!Number.isInteger(n) || n < 1)
        throw new RangeError(`embedding: ${name} must be a whole number >= 1, got ${String(n)}`);
    }
  },
  indexLimit: ({ inputDim }) => inputDim,
  params: (options, _shapes, name) => ({
    embeddings: {
      shape: [options.inputDim, options.outputDim],
      initializer: initializerOf(`embedding "${name}"`, options.embeddingsInitializer),
      regularizer: regularizerOf(`embedding "${name}"`, options.embeddingsRegularizer),
      constraint: constraintOf(`embedding "${name}"`, options.embeddingsConstraint),
    },
  }),
  call: ([x], { params, options: { maskZero } }) => {
    const y = gather(params["embeddings"]!, cast(x!, { dtype: "int32" }));
    const sequence = maskZero && x!.shape.length === 2;
    return withMask(y, sequence ? cast(x!, { dtype: "bool" }) : null);
  },
});
