/** Block sizes of assembly/gemm/blocks.ts. */
const KC = 384;
const MC = 48;
const NC = 960;
/** Columns of a tile, and the least common multiple of the rows of both kinds of tile. */
const TILE_COLUMNS = 8;
const TILE_ROWS = 12;
/** Fewer rows than this may be summed beside C. */
const PACK_ROWS = 12;
/** The scratch tile before the panels, and the three rows that packing may spoil behind them. */
const TILE_BYTES = 256;
const SPARE_BYTES = 128;

function roundUp(x: number, multiple: number): number {
  return Math.ceil(x / multiple) * multiple;
}

/**
 * Bytes of scratch that one thread needs for a product of `m` by `k` and `k` by `n`: an upper bound for
 * any part of its rows or columns, in any build.
 *
 * @param m      rows of the result
 * @param n      columns of the result
 * @param k      length of the sums
 * @param flags  as of the matmul kernel; an upper bound needs none of them today
 */
export function gemmScratchBytes(m: number, n: number, k: number, flags: number): number {
  void flags;
  const rows = roundUp(Math.min(m, MC), TILE_ROWS);
  const columns = roundUp(Math.min(n, NC), TILE_COLUMNS);
  const steps = Math.max(Math.min(k, KC), PACK_ROWS);
  return TILE_BYTES + 4 * steps * (rows + columns) + SPARE_BYTES;
}

/** Rows up to which assembly/gemm/panels.ts reads a matrix where it lies: FEW_ROWS of blocks.ts. */
export const UNPACKED_ROWS = 3;

/** Bytes of all panels of a matrix of `k` rows and `n` columns: see assembly/gemm/panels.ts. */
export function panelBytes(n: number, k: number): number {
  return 4 * roundUp(k, 4) * roundUp(n, TILE_COLUMNS);
}

/**
 * Bytes of scratch that one thread needs for a product with panels, or with at most UNPACKED_ROWS rows without.
 *
 * @param m  rows of the result
 * @param n  columns of the result
 * @param k  length of the sums
 */
export function productScratchBytes(m: number, n: number, k: number): number {
  const rows = roundUp(Math.min(m, MC), TILE_ROWS);
  const packed = TILE_BYTES + 4 * roundUp(Math.min(k, KC), 4) * rows + SPARE_BYTES;
  return Math.max(packed, 4 * UNPACKED_ROWS * roundUp(n, TILE_COLUMNS));
}
