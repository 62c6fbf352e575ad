import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { slice } from "../ops/slice.ts";
import { type Shape, printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { initializerOf } from "./resolve.ts";

/** Options of `positionEmbedding`. */
export interface PositionEmbeddingOptions {
  /** Positions that have a vector, >= 1: the longest sequence. */
  sequenceLength: number;
  /** Default "glorotUniform". */
  initializer: InitializerName | Initializer;
}

/** @throws RangeError for a length that is none */
export function checkLength(subject: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${subject}: ${name} must be a whole number >= 1, got ${String(value)}`);
  }
}

/** Length and features of a sequence [length, features]. @throws ShapeError */
export function sequenceOf(subject: string, shape: Shape): [length: number, features: number] {
  if (shape.length !== 2) {
    throw new ShapeError(
      `${subject}: input must have 3 axes [batch, length, features], got ${printShape([null, ...shape])}`,
    );
  }
  return [shape[0]!, shape[1]!];
}

/** The vectors of the first `length` positions. @throws ShapeError where there are fewer */
export function firstPositions(
  subject: string,
  table: SymbolicTensor,
  length: number,
): SymbolicTensor {
  if (length > table.shape[0]!) {
    throw new ShapeError(
      `${subject}: a sequence may have up to ${table.shape[0]} positions, got ${length}; raise sequenceLength`,
    );
  }
  return slice(table, { size: length });
}

/**
 * A learned vector for each position, to be added to the input: `out[b, i] = embeddings[i]`. Of the input
 * only the shape counts.
 *
 * input and output: float32[batch, length, features], length <= sequenceLength.
 * embeddings: float32[sequenceLength, features].
 *
 * @throws ShapeError where the input has no length, or more positions than there are
 *
 * @example
 *     const x = embedding({ inputDim: 65, outputDim: 128 })(tokens);
 *     const y = add()([x, positionEmbedding({ sequenceLength: 64 })(x)]);
 */
export const positionEmbedding: (
  options: Partial<PositionEmbeddingOptions & CommonLayerOptions> & { sequenceLength: number },
) => Layer = /* @__PURE__ */ defineLayer<PositionEmbeddingOptions>({
  name: "positionEmbedding",
  passesMask: true,
  needs: ["sequenceLength"],
  defaults: { sequenceLength: 0, initializer: "glorotUniform" },
  check: ({ sequenceLength }) => checkLength("positionEmbedding", "sequenceLength", sequenceLength),
  params: ({ sequenceLength, initializer }, [x], name) => {
    const subject = `positionEmbedding "${name}"`;
    const [, features] = sequenceOf(subject, x!);
    return {
      embeddings: {
        shape: [sequenceLength, features],
        initializer: initializerOf(subject, initializer),
      },
    };
  },
  call: ([x], { params }, name) =>
    broadcastTo(
      firstPositions(`positionEmbedding "${name}"`, params["embeddings"]!, x!.shape[1]!),
      x!.shape,
    ),
});
