import { FEW_ROWS, KC, MC, NR, TILE_BYTES } from "./blocks";
import { tileRows } from "./choice";
import { fewRowsTransposed } from "./dots";
import { NONE, finish } from "./epilogue";
import { tiles } from "./gemm";
import { pack } from "./pack";
import { fewRows } from "./rows";

/** Up to this many rows a matrix is read where it lies, and has no panels. */
export const UNPACKED_ROWS: i32 = FEW_ROWS;

/** Bytes of one panel of `kc` steps: a transposed panel is written in fours of k. */
function panelBytes(kc: i32): usize {
  return (<usize>((kc + 3) & ~3)) << 5;
}

/**
 * Panels `first` to `last` of op(B), of which a recurrence multiplies every step's states by the same: it
 * is packed once, not once a step.
 *
 *     for KC steps of k: | panel 0 [KC][8] | panel 1 | ... | panel n/8 |
 *
 * @param to          all panels
 * @param b           f32[k,n], or f32[n,k] where transposed, rows strideB bytes apart
 */
export function packPanels(
  to: usize,
  b: usize,
  strideB: usize,
  transposed: bool,
  n: i32,
  k: i32,
  first: i32,
  last: i32,
): void {
  const columnB: usize = transposed ? strideB : 4;
  const stepB: usize = transposed ? 4 : strideB;
  const all = <usize>((n + NR - 1) / NR);
  let pc = 0;
  do {
    const kc = min(KC, k - pc);
    const bytes = panelBytes(kc);
    for (let j = first; j < last; j++) {
      const from = b + <usize>(j * NR) * columnB + <usize>pc * stepB;
      pack(to + <usize>j * bytes, NR, from, strideB, transposed, min(NR, n - j * NR), kc);
    }
    to += all * bytes;
    pc += KC;
  } while (pc < k);
}

/**
 * `c[m,n] = a[m,k] op(B)`, or added to c. The same sums in the same order as `gemm`, by either way.
 *
 * @param b           as for `packPanels`; read only where there are no panels
 * @param panels      what `packPanels` made of B; 0: there are at most UNPACKED_ROWS rows
 * @param accumulate  whether c holds what the product is added to
 * @param scratch     productScratchBytes(m, n, k) bytes of the running thread
 */
export function product(
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  transposed: bool,
  panels: usize,
  c: usize,
  strideC: usize,
  m: i32,
  n: i32,
  k: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const mr = tileRows();
  const strideSums = (<usize>((n + NR - 1) / NR)) << 5;
  let pc = 0;
  do {
    const kc = min(KC, k - pc);
    const part = a + ((<usize>pc) << 2);
    const more = accumulate || pc > 0;
    if (panels) {
      const bytes = panelBytes(kc);
      const panelsA = scratch + TILE_BYTES;
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        const rows = c + <usize>ic * strideC;
        pack(panelsA, mr, part + <usize>ic * strideA, strideA, true, mc, kc);
        tiles(
          panelsA,
          <usize>(mr << 2),
          kc * (mr << 2),
          panels,
          <usize>(NR << 2),
          bytes,
          rows,
          strideC,
          mc,
          n,
          kc,
          more,
          0,
          NONE,
          scratch,
        );
      }
      panels += <usize>((n + NR - 1) / NR) * bytes;
    } else {
      if (transposed) {
        const from = b + ((<usize>pc) << 2);
        fewRowsTransposed(scratch, strideSums, part, strideA, 4, from, strideB, m, n, kc);
      } else {
        const from = b + <usize>pc * strideB;
        fewRows(scratch, strideSums, part, strideA, 4, from, strideB, m, n, kc);
      }
      finish(scratch, strideSums, c, strideC, m, n, more, 0, NONE);
    }
    pc += KC;
  } while (pc < k);
}
