import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { ones } from "../initializers/constants.ts";
import { attention as attentionOp } from "../ops/attention.ts";
import { mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { reshape } from "../ops/reshape.ts";
import { printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { maskOf, withMask } from "./mask.ts";

/** Options of `attention`. */
export interface AttentionOptions {
  /** Multiplies the scores by a learned number. Default false. */
  useScale: boolean;
  /** Probability of dropping a weight in training, in [0, 1). Default 0. */
  dropout: number;
  /** Position i of the query sees positions 0 to i only. Default false. */
  useCausalMask: boolean;
  /** Integer in [0, 2^53) that decides what is dropped; null: the seed of `fit`. Default null. */
  seed: number | null;
}

/**
 * Dot-product attention of one head without products of its own, `softmax(query key^T) value`: Luong's. The
 * scores are not divided by `sqrt(features)`, as in Keras.
 * Source: Luong et al. 2015 (arXiv:1508.04025).
 *
 * Call it on query, value and key; key is value where it is left out.
 *
 * inputs: query float32[batch, queries, d], value float32[batch, keys, dv], key float32[batch, keys, d];
 * output: float32[batch, queries, dv]. scale: float32[], with `useScale`.
 *
 * @throws ShapeError where an input does not have 3 axes
 *
 * @example
 *     attention({ useScale: true })
 */
export const attention: (options?: Partial<AttentionOptions & CommonLayerOptions>) => Layer =
  /* @__PURE__ */ defineLayer<AttentionOptions>({
    name: "attention",
    defaults: { useScale: false, dropout: 0, useCausalMask: false, seed: null },
    check: ({ dropout }) => {
      if (!(dropout >= 0 && dropout < 1)) {
        throw new RangeError(
          `attention: dropout must lie in [0, 1), got ${String(dropout)}; it is the share that is dropped`,
        );
      }
    },
    params: ({ useScale }, shapes, name) => {
      const wrong = shapes.find((shape) => shape.length !== 2);
      if (wrong || shapes.length < 2) {
        throw new ShapeError(
          `attention "${name}": takes query, value and optionally key [batch, length, features], got ${shapes.map((s) => printShape([null, ...s])).join(", ")}`,
        );
      }
      return { ...(useScale && { scale: { shape: [], initializer: ones(), decay: false } }) };
    },
    call: (inputs, { options, params, training, randomStream }) => {
      const { useCausalMask, dropout, seed } = options;
      const [query, value, key = value] = inputs;
      const oneHead = (x: SymbolicTensor): SymbolicTensor =>
        reshape(x, { shape: [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!] });
      const scaled = params["scale"] ? mul(query!, params["scale"]) : query!;
      const hidden = maskOf(value);
      const [batch, length] = value!.shape;
      const mask = hidden && reshape(hidden, { shape: [batch!, 1, 1, length!] });
      const y = attentionOp(oneHead(scaled), oneHead(key!), oneHead(value!), mask, {
        causal: useCausalMask,
        scale: 1,
        ...(training && dropout > 0 && { dropout, seed, stream: randomStream() }),
      });
      const out = reshape(y, { shape: [y.shape[0]!, y.shape[1]!, y.shape[3]!] });
      const seen = maskOf(query);
      if (!seen) return out;
      const rows = reshape(cast(seen, { dtype: "float32" }), { shape: [...seen.shape, 1] });
      return withMask(mul(out, rows), seen);
    },
  });
