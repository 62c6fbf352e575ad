import { uses4x8 } from "./choice";
import { runs4x8 } from "./runs4x8";
import { runs4x8x4 } from "./runs4x8x4";
import { runs6x8 } from "./runs6x8";
import { tile4x8 } from "./tile4x8";
import { tile4x8x4 } from "./tile4x8x4";
import { tile6x8 } from "./tile6x8";

/** Tiles of the kind in use: `tileRows()` rows and NR columns. */
export function tileStrip(
  tiles: i32,
  count: i32,
  runs: usize,
  offset: usize,
  strideA: usize,
  panelA: usize,
  b: usize,
  strideB: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  if (uses4x8()) {
    tile4x8(
      tiles,
      count,
      runs,
      offset,
      strideA,
      panelA,
      b,
      strideB,
      c,
      strideC,
      accumulate,
      bias,
      relu,
    );
  } else if (ASC_FEATURE_RELAXED_SIMD) {
    tile6x8(
      tiles,
      count,
      runs,
      offset,
      strideA,
      panelA,
      b,
      strideB,
      c,
      strideC,
      accumulate,
      bias,
      relu,
    );
  } else {
    tile4x8x4(
      tiles,
      count,
      runs,
      offset,
      strideA,
      panelA,
      b,
      strideB,
      c,
      strideC,
      accumulate,
      bias,
      relu,
    );
  }
}

/** The same for a convolution: each pixel of a tile has an address for every run of its window. */
export function runsStrip(
  tiles: i32,
  count: i32,
  runs: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  if (uses4x8()) {
    runs4x8(tiles, count, runs, b, c, strideC, accumulate, bias, relu);
  } else if (ASC_FEATURE_RELAXED_SIMD) {
    runs6x8(tiles, count, runs, b, c, strideC, accumulate, bias, relu);
  } else {
    runs4x8x4(tiles, count, runs, b, c, strideC, accumulate, bias, relu);
  }
}
