/**
 * Where the host writes which of its two tiles a build uses, 0 for the first: a word below all static data (memoryBase in asconfig.json), so that
 * every thread, and every build that runs on this memory, reads the same. Neither changes a bit; which one is faster
 * is the engine's affair (src/kernels/tile.ts).
 *
 *               first                              second
 *     simd      4x8                                4x8x4: four steps of k at a time, with fewer checks of bounds
 *     relaxed   6x8, four steps of k at a time     4x8: its 8 sums fit where 12 do not
 */
const CHOICE: usize = 16;

/** Whether products use the tile of 4 x 8 that takes one step of k at a time. */
export function uses4x8(): bool {
  const second = i32.load(CHOICE) != 0;
  return ASC_FEATURE_RELAXED_SIMD ? second : !second;
}

/** Rows of the tile in use. */
export function tileRows(): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) return uses4x8() ? 4 : 6;
  return 4;
}
