import type { Address, Slot } from "../kernels/command.ts";
import type { Kernels } from "../kernels/table.gen.ts";
import type { CommonOptions } from "./defineOptimizer.ts";

/** Elements of a block of the norm kernels, as in assembly/ops/clip.ts. */
const BLOCK = 4096;

/** Number of f64 partials that the norm of `size` elements needs. */
export function normBlocks(size: number): number {
  return Math.ceil(size / BLOCK);
}

/** What a norm is taken of, and where its results go. */
export interface NormBuffers {
  /** f32[size], gradients; where several parameters lie in one run, what pads them must be 0. */
  readonly grad: Address;
  /** Number of gradients in elements. */
  readonly size: number;
  /** f64[normBlocks(size)], work space, 8-byte aligned. */
  readonly partials: Address;
  /** Receives the clip factor: the optimizer's `gradScale`. */
  readonly factor: Slot;
  /** Receives the norm before clipping: a metric. */
  readonly norm: Slot;
}

/** Writes the commands that turn a run of gradients into its clip factor: at most `limit` in norm. */
export function emitClipFactor(
  k: Kernels,
  { grad, size, partials, factor, norm }: NormBuffers,
  limit: number,
  { clipNormType, globalClipMode }: Pick<CommonOptions, "clipNormType" | "globalClipMode">,
): void {
  const blocks = normBlocks(size);
  const kind = { max: 0, l1: 1, l2: 2 }[clipNormType];
  if (clipNormType === "l2") k.sumOfSquares(grad, partials, size, blocks);
  else if (clipNormType === "l1") k.sumOfMagnitudes(grad, partials, size, blocks);
  else k.maxMagnitude(grad, partials, size, blocks);
  const epsilon = globalClipMode === "torch" ? 1e-6 : 0;
  k.clipFactor(partials, blocks, kind, limit, epsilon, factor.address, norm.address);
}
