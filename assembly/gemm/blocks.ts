/**
 * Block sizes of a product. `src/kernels/gemm.ts` holds the same figures for the host, which sizes the
 * scratch area; a test holds the driver to its answer.
 */

/** Columns of a tile. */
export const NR: i32 = 8;

/**
 * Steps of k that are summed in a register before they are added to C. Part of a product's
 * definition: another value rounds differently. A panel of B, [384][8], is 12 KB: it stays in L1.
 */
export const KC: i32 = 384;

/** Rows of A packed at once, [48][384] is 72 KB of L2; a multiple of all tiles' rows. */
export const MC: i32 = 48;

/** Columns of B packed at once. */
export const NC: i32 = 960;

/** Bytes of the one tile that is kept beside C where the tile is ragged or C is added to. */
export const TILE_BYTES: usize = 256;

/** Where the one run of a product's k stands behind that tile, as tiles read it. */
export const RUN_AT: usize = 192;

/** Up to this many rows are computed row by row: the rest of a tile would be waste. */
export const FEW_ROWS: i32 = 3;

/** Fewer rows than this do not repay packing a large B; 24 rows of 512 columns do by far. */
export const PACK_ROWS: i32 = 12;

/** So narrow a B is computed row by row: half a tile or more would be waste. */
export const FEW_COLUMNS: i32 = 4;

/** Elements that are read where they lie: 16 KB stay in L1 beside what else a tile needs. */
export const SMALL: i32 = 4096;

/** Elements of B (256 KB) from which striding down its columns is slower than row by row. */
export const LARGE: i32 = 65536;
