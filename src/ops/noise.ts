import { type EmitContext, type Op, defineOp } from "../graph/defineOp.ts";
import type { Address, Scalar } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Attributes of random tensors. */
export type NoiseAttrs = {
  shape: Shape;
  /** Number of the node in its model: nodes of different streams are independent. */
  stream: number;
  /** Integer in [0, 2^53) that decides the numbers; null: the seed that the training runs with. */
  seed: number | null;
};

/** Kernels that fill a buffer from two numbers. */
type Fill = (
  k: Kernels,
  out: Address,
  seedLow: Scalar,
  seedHigh: Scalar,
  stream: number,
  stepLow: Scalar,
  stepHigh: Scalar,
  a: number,
  b: number,
  size: number,
) => void;

function emitNoise(
  fill: Fill,
  k: Kernels,
  out: Address,
  { attrs, slot, size }: EmitContext<NoiseAttrs>,
  a: number,
  b: number,
): void {
  const { seed, stream } = attrs;
  const low = seed === null ? slot("seedLow") : seed % 2 ** 32;
  const high = seed === null ? slot("seedHigh") : Math.floor(seed / 2 ** 32);
  fill(k, out, low, high, stream, slot("stepLow"), slot("stepHigh"), a, b, size);
}

const ATTRS: NoiseAttrs = { shape: [], stream: 0, seed: null };

/** Philox takes about ten operations an element. */
const flops = (_: readonly Shape[], out: Shape): number => 10 * sizeOf(out);

/**
 * Uniform numbers in [low, high): a function of seed, stream, training step and position, fresh ones each step. Outside
 * of training they are those of step 0.
 */
export const uniformNoise: Op<NoiseAttrs & { low: number; high: number }> =
  /* @__PURE__ */ defineOp<NoiseAttrs & { low: number; high: number }>({
    name: "uniformNoise",
    inputs: [],
    attrs: { ...ATTRS, low: 0, high: 1 },
    shape: (_, { shape }) => shape,
    emit: (k, { out }, context) => {
      const { low, high } = context.attrs;
      emitNoise(
        (kernels, ...args) => kernels.randomUniform(...args),
        k,
        out!,
        context,
        low,
        high - low,
      );
    },
    flops,
  });

/** Normal numbers, made as uniformNoise makes its own. */
export const normalNoise: Op<NoiseAttrs & { mean: number; stddev: number }> =
  /* @__PURE__ */ defineOp<NoiseAttrs & { mean: number; stddev: number }>({
    name: "normalNoise",
    inputs: [],
    attrs: { ...ATTRS, mean: 0, stddev: 1 },
    shape: (_, { shape }) => shape,
    emit: (k, { out }, context) => {
      const { mean, stddev } = context.attrs;
      emitNoise(
        (kernels, ...args) => kernels.randomNormal(...args),
        k,
        out!,
        context,
        mean,
        stddev,
      );
    },
    flops,
  });

/** `scale` with probability 1 - rate, otherwise 0; made as uniformNoise makes its own. */
export const maskNoise: Op<NoiseAttrs & { rate: number; scale: number }> = /* @__PURE__ */ defineOp<
  NoiseAttrs & { rate: number; scale: number }
>({
  name: "maskNoise",
  inputs: [],
  attrs: { ...ATTRS, rate: 0.5, scale: 1 },
  shape: (_, { shape }) => shape,
  emit: (k, { out }, context) => {
    const { rate, scale } = context.attrs;
    emitNoise((kernels, ...args) => kernels.dropoutMask(...args), k, out!, context, rate, scale);
  },
  flops,
});
