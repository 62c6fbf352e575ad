import type { Address, Scalar, Slot } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { CommonOptions } from "./commonOptions.ts";
import type { OptimizerMemory, OptimizerVariable } from "./optimizerRun.ts";

/** Elements of a block of the norm kernels (assembly/ops/clip.ts). */
const BLOCK = 4096;

/** PyTorch's clip_grad_norm_ adds this to the norm. */
const TORCH_EPSILON = 1e-6;

/** The kernel that sums a block, and its code in clipFactor. */
const NORMS = {
  l2: { kind: 2, kernel: "sumOfSquares" },
  l1: { kind: 1, kernel: "sumOfMagnitudes" },
  max: { kind: 0, kernel: "maxMagnitude" },
} as const;

/** Where clipping puts its cells: the commands of a plan. */
export interface ClipCells {
  slot(): Slot;
  /** Words aligned to 64 bytes. */
  table(words: ArrayLike<number>): Address;
}

/** What is clipped. */
export type ClipMemory = Pick<OptimizerMemory, "gradients" | "trainedBytes"> & {
  readonly layout: readonly Pick<OptimizerVariable, "offset" | "size">[];
  /** Where the common norm before all clipping is wanted. */
  readonly norm?: Slot | undefined;
};

/**
 * Writes the commands that clip the gradients, in the order value, norm of each parameter, common
 * norm. The common norm's factor costs no pass of its own: the update kernel multiplies by it.
 *
 * @returns the factor that the update multiplies gradients by: 1 without `globalClipNorm`
 */
export function emitClipping(
  k: Kernels,
  cells: ClipCells,
  options: CommonOptions,
  memory: ClipMemory,
): Scalar {
  const { clipValue, clipNorm, globalClipNorm, globalClipMode, clipNormType } = options;
  const { gradients, layout, trainedBytes } = memory;
  const { kind, kernel } = NORMS[clipNormType];
  const blocksOf = (size: number): number => Math.ceil(size / BLOCK);
  const scalarCells = (): { partials: number; factor: Slot; norm: Slot } => ({
    partials: cells.table(
      new Uint32Array(2 * layout.reduce((sum, v) => sum + blocksOf(v.size), 0)),
    ),
    factor: cells.slot(),
    norm: cells.slot(),
  });

  const sumAll = (partials: Address): number => {
    let at = 0;
    for (const v of layout) {
      k[kernel](gradients + v.offset, partials + 8 * at, v.size, blocksOf(v.size));
      at += blocksOf(v.size);
    }
    return at;
  };

  if (memory.norm) {
    const { partials, factor } = scalarCells();
    k.clipFactor(partials, sumAll(partials), kind, 1, 0, factor.address, memory.norm.address);
  }
  if (clipValue !== null) k.clipValue(gradients, clipValue, trainedBytes / 4);
  if (clipNorm !== null) {
    for (const v of layout) {
      const { partials, factor, norm } = scalarCells();
      const g = gradients + v.offset;
      k[kernel](g, partials, v.size, blocksOf(v.size));
      k.clipFactor(partials, blocksOf(v.size), kind, clipNorm, 0, factor.address, norm.address);
      k.scale(g, factor, v.size);
    }
  }
  if (globalClipNorm === null) return 1;
  const { partials, factor, norm } = scalarCells();
  const at = sumAll(partials);
  const epsilon = globalClipMode === "torch" ? TORCH_EPSILON : 0;
  k.clipFactor(partials, at, kind, globalClipNorm, epsilon, factor.address, norm.address);
  return factor;
}
