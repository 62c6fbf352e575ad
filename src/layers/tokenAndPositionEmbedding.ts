import { ShapeError } from "../errors.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { gather } from "../ops/gather.ts";
import { printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { withMask } from "./mask.ts";
import { checkLength, firstPositions } from "./positionEmbedding.ts";
import { initializerOf } from "./resolve.ts";

/** Options of `tokenAndPositionEmbedding`. */
export interface TokenAndPositionEmbeddingOptions {
  /** Number of tokens, >= 1. */
  vocabularySize: number;
  /** Positions that have a vector, >= 1: the longest sequence. */
  sequenceLength: number;
  /** Features of the result, >= 1. */
  embeddingDim: number;
  /** Whether index 0 is padding: layers behind pass over its steps. Default false. */
  maskZero: boolean;
  /** Default "randomUniform". */
  embeddingsInitializer: InitializerName | Initializer;
}

/**
 * Sum of a learned vector for the token and one for its position, `out[b, i] = tokens[x[b, i]] +
 * positions[i]`: how a transformer begins. A token outside of the vocabulary gives NaN.
 *
 * input: int32[batch, length] (or whole numbers as float32), length <= sequenceLength.
 * output: float32[batch, length, embeddingDim].
 * tokenEmbedding/embeddings: float32[vocabularySize, embeddingDim];
 * positionEmbedding/embeddings: float32[sequenceLength, embeddingDim].
 *
 * @throws ShapeError where the input has more axes, or more positions than there are
 *
 * @example
 *     tokenAndPositionEmbedding({ vocabularySize: 65, sequenceLength: 64, embeddingDim: 128 })
 */
export const tokenAndPositionEmbedding: (
  options: Partial<TokenAndPositionEmbeddingOptions & CommonLayerOptions> & {
    vocabularySize: number;
    sequenceLength: number;
    embeddingDim: number;
  },
) => Layer = /* @__PURE__ */ defineLayer<TokenAndPositionEmbeddingOptions>({
  name: "tokenAndPositionEmbedding",
  needs: ["vocabularySize", "sequenceLength", "embeddingDim"],
  defaults: {
    vocabularySize: 0,
    sequenceLength: 0,
    embeddingDim: 0,
    maskZero: false,
    embeddingsInitializer: "randomUniform",
  },
  check: ({ vocabularySize, sequenceLength, embeddingDim }) => {
    for (const [name, value] of Object.entries({ vocabularySize, sequenceLength, embeddingDim }))
      checkLength("tokenAndPositionEmbedding", name, value);
  },
  params: ({ vocabularySize, sequenceLength, embeddingDim, embeddingsInitializer }, [x], name) => {
    const subject = `tokenAndPositionEmbedding "${name}"`;
    if (x!.length !== 1) {
      throw new ShapeError(
        `${subject}: input must have 2 axes [batch, length], got ${printShape([null, ...x!])}`,
      );
    }
    const initializer = initializerOf(subject, embeddingsInitializer);
    return {
      "tokenEmbedding/embeddings": { shape: [vocabularySize, embeddingDim], initializer },
      "positionEmbedding/embeddings": { shape: [sequenceLength, embeddingDim], initializer },
    };
  },
  call: ([x], { params, options: { maskZero } }, name) => {
    const tokens = gather(params["tokenEmbedding/embeddings"]!, cast(x!, { dtype: "int32" }));
    const positions = params["positionEmbedding/embeddings"]!;
    const y = add(
      tokens,
      firstPositions(`tokenAndPositionEmbedding "${name}"`, positions, x!.shape[1]!),
    );
    return withMask(y, maskZero ? cast(x!, { dtype: "bool" }) : null);
  },
});
