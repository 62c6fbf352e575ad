import { constant } from "../graph/symbolic.ts";
import { pow } from "../math/pow.ts";
import { cos, sin } from "../math/sin.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { sequenceOf } from "./positionEmbedding.ts";

/** Options of `sinePositionEncoding`. */
export interface SinePositionEncodingOptions {
  /** The longest period, over 2 pi. Default 10000. */
  maxWavelength: number;
}

/**
 * A fixed vector for each position, to be added to the input: sines in the even features, cosines in the
 * odd ones, `sin(i / maxWavelength^(2 j / features))` for the j-th pair. Of the input only the shape counts.
 * Source: Vaswani et al. 2017 (arXiv:1706.03762), section 3.5; pairs as in KerasHub.
 *
 * input and output: float32[batch, length, features].
 *
 * @throws ShapeError where the input has no length
 *
 * @example
 *     add()([x, sinePositionEncoding()(x)])
 */
export const sinePositionEncoding: (
  options?: Partial<SinePositionEncodingOptions & CommonLayerOptions>,
) => Layer = /* @__PURE__ */ defineLayer<SinePositionEncodingOptions>({
  name: "sinePositionEncoding",
  passesMask: true,
  defaults: { maxWavelength: 10000 },
  check: ({ maxWavelength }) => {
    if (!(maxWavelength > 0 && maxWavelength < Infinity)) {
      throw new RangeError(
        `sinePositionEncoding: maxWavelength must be > 0, got ${String(maxWavelength)}`,
      );
    }
  },
  call: ([x], { options: { maxWavelength } }, name) => {
    const [length, features] = sequenceOf(`sinePositionEncoding "${name}"`, x!.shape.slice(1));
    const table = new Float32Array(length * features);
    for (let j = 0; j < features; j++) {
      const frequency = pow(maxWavelength, -(2 * Math.floor(j / 2)) / features);
      const wave = j % 2 === 0 ? sin : cos;
      for (let i = 0; i < length; i++) table[i * features + j] = wave(i * frequency);
    }
    return broadcastTo(constant(table, [length, features]), x!.shape);
  },
});
