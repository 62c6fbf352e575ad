import type { Shape } from "../shape.ts";

/** How a sample of s rows and c channels is summed: see assembly/moments.ts. */
export interface NormBlocks {
  /** Elements of a sample. */
  size: number;
  /** Elements of a block: whole rows of `width`, but for the last block. */
  blockSize: number;
  /** Columns that are summed: c, or a multiple of it that fills vectors. */
  width: number;
  /** Blocks of all samples; 0 where there is nothing to read. */
  blocks: number;
  /** Bytes of a row of `width` f32, padded to 64. */
  pitch: number;
}

/** Fewer channels than this stand several times side by side. */
const FEW = 64;

/** Elements of a block, about: 16 KB stay in the nearest cache while they are read twice. */
const BLOCK = 4096;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The blocks of n samples of [s, c]. */
export function normBlocks([n, s, c]: Shape): NormBlocks {
  const width = c! < FEW ? (c! * 16) / gcd(c!, 16) : c!;
  const rows = Math.max(64, Math.floor(BLOCK / Math.max(1, width)));
  const blockSize = Math.max(1, rows * width);
  const size = s! * c!;
  return {
    size,
    blockSize,
    width,
    blocks: n! * Math.ceil(size / blockSize),
    pitch: 64 * Math.ceil(width / 16),
  };
}
