import { defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";
import { sizeOf } from "../shape.ts";

/** Attributes of `dropout`. */
export type DropoutAttrs = {
  /** Probability of dropping, in [0, 1). */
  rate: number;
  /** Number of the node in its model: masks of different streams are independent. */
  stream: number;
  /** Integer in [0, 2^53) that decides the masks; null: the seed that the training runs with. */
  seed: number | null;
};

/**
 * Inverted dropout: each element is 0 with probability `rate` and otherwise `x / (1 - rate)`, so that the mean is kept.
 *
 * The mask is a function of seed, stream, training step and position: a fresh one each step, the same again after a
 * resume, and for any number of threads. The gradient draws it a second time instead of storing it. Outside of
 * training there are no steps, and the mask is that of step 0. Dropped elements are 0 even where x is NaN.
 * Source: Srivastava et al. 2014; Salmon et al. 2011 for the generator.
 */
export const dropout: ShapedOp<SameShape, DropoutAttrs> = /* @__PURE__ */ defineOp<
  DropoutAttrs,
  Shaped
>({
  name: "dropout",
  inputs: ["x"],
  attrs: { rate: 0.5, stream: 0, seed: null },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { attrs: { rate, stream, seed }, slot, size }) => {
    const low = seed === null ? slot("seedLow") : seed % 2 ** 32;
    const high = seed === null ? slot("seedHigh") : Math.floor(seed / 2 ** 32);
    k.dropout(
      x!,
      out!,
      low,
      high,
      stream,
      slot("stepLow"),
      slot("stepHigh"),
      rate,
      1 / (1 - rate),
      size,
    );
  },
  grad: ({ dout, attrs }) => [dropout(dout, attrs)],
  inPlace: 0,
  flops: ([x]) => 10 * sizeOf(x!),
});
