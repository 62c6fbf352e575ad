import {
  FEW_COLUMNS,
  FEW_ROWS,
  KC,
  LARGE,
  MC,
  NC,
  NR,
  PACK_ROWS,
  RUN_AT,
  SMALL,
  TILE_BYTES,
} from "./blocks";
import { fewRowsTransposed } from "./dots";
import { NONE, RELU, finish } from "./epilogue";
import { tileRows } from "./choice";
import { pack } from "./pack";
import { fewRows } from "./rows";
import { tileStrip } from "./tile";

/** A is stored [k,m]. */
export const TRANSPOSE_A: i32 = 1;
/** B is stored [n,k]. */
export const TRANSPOSE_B: i32 = 2;
/** The product is added to what C holds. */
export const ACCUMULATE: i32 = 8;

/**
 * `c[m,n] = activation(op(A) op(B) + bias)`, blocked for the caches.
 *
 * k is summed in order within blocks of KC, and the blocks are added in order, whatever is packed and
 * whichever micro-kernel runs: every element of C has one definition.
 *
 *     for NC columns of C               scratch: | tile | panels of B [n/8][KC][8] | panels of A [m/mr][KC][mr] |
 *       for KC steps of k: pack B       (L3)
 *         for MC rows of C: pack A      (L2)
 *           for 8 columns               one panel of B in L1
 *             for mr rows: tile         sums in registers
 *
 * @param strideA     bytes between stored rows of A; so strideB and strideC
 * @param bias        f32[n], 0 for none
 * @param flags       TRANSPOSE_A, TRANSPOSE_B, ACCUMULATE
 * @param activation  code of epilogue.ts
 * @param scratch     gemmScratchBytes(m, n, k, flags) bytes of the running thread
 */
export function gemm(
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  bias: usize,
  c: usize,
  strideC: usize,
  m: i32,
  n: i32,
  k: i32,
  flags: i32,
  activation: i32,
  scratch: usize,
): void {
  const transposeA = (flags & TRANSPOSE_A) != 0;
  const transposeB = (flags & TRANSPOSE_B) != 0;
  const rowA: usize = transposeA ? 4 : strideA;
  const stepA: usize = transposeA ? strideA : 4;
  const columnB: usize = transposeB ? strideB : 4;
  const stepB: usize = transposeB ? 4 : strideB;
  const few =
    m <= FEW_ROWS || (!transposeB && (n <= FEW_COLUMNS || (m < PACK_ROWS && n * k > LARGE)));
  const packB = transposeB || (m >= PACK_ROWS && n * k > SMALL);
  const packA = !transposeA || m * k > SMALL;
  const panelsB = scratch + TILE_BYTES;
  const mr = tileRows();

  for (let jc = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    let pc = 0;
    do {
      const kc = min(KC, k - pc);
      const last = pc + KC >= k;
      const accumulate = pc > 0 || (flags & ACCUMULATE) != 0;
      const blockBias = last && bias ? bias + ((<usize>jc) << 2) : 0;
      const blockActivation = last ? activation : NONE;
      const blockA = a + <usize>pc * stepA;
      const blockB = b + <usize>jc * columnB + <usize>pc * stepB;
      let panelsA = panelsB;
      if (packB && !few) {
        pack(panelsB, NR, blockB, strideB, transposeB, nc, kc);
        panelsA += ((<usize>nc + 7) / 8) * kc * 32;
      }
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        const partA = blockA + <usize>ic * rowA;
        const partC = c + <usize>ic * strideC + ((<usize>jc) << 2);
        if (few) {
          const sums = panelsB;
          const strideSums = ((<usize>nc + 7) / 8) * 32;
          if (transposeB) {
            fewRowsTransposed(sums, strideSums, partA, rowA, stepA, blockB, strideB, mc, nc, kc);
          } else {
            fewRows(sums, strideSums, partA, rowA, stepA, blockB, strideB, mc, nc, kc);
          }
          finish(sums, strideSums, partC, strideC, mc, nc, accumulate, blockBias, blockActivation);
        } else {
          if (packA) pack(panelsA, mr, partA, strideA, !transposeA, mc, kc);
          tiles(
            packA ? panelsA : partA,
            packA ? <usize>(mr << 2) : strideA,
            packA ? kc * (mr << 2) : mr << 2,
            packB ? panelsB : blockB,
            packB ? <usize>(NR << 2) : strideB,
            packB ? kc * (NR << 2) : NR << 2,
            partC,
            strideC,
            mc,
            nc,
            kc,
            accumulate,
            blockBias,
            blockActivation,
            scratch,
          );
        }
      }
      pc += KC;
    } while (pc < k);
  }
}

/**
 * All tiles of one block of C. Whole ones go straight to C, in strips; ragged ones by the scratch tile.
 *
 * @param stepA   bytes from one k to the next in a panel of A; so stepB
 * @param panelA  bytes from one panel of A to the next; so panelB
 */
export function tiles(
  a: usize,
  stepA: usize,
  panelA: usize,
  b: usize,
  stepB: usize,
  panelB: usize,
  c: usize,
  strideC: usize,
  mc: i32,
  nc: i32,
  kc: i32,
  accumulate: bool,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const relu = activation == RELU;
  const mr = tileRows();
  const run = scratch + RUN_AT;
  i32.store(run, kc);
  i32.store(run, <i32>a, 4);
  const runs = kc > 0 ? 1 : 0;
  for (let j = 0; j < nc; j += NR) {
    const cols = min(NR, nc - j);
    const whole = cols == NR ? mc / mr : 0;
    let part = c + ((<usize>j) << 2);
    tileStrip(whole, runs, run, 0, stepA, panelA, b, stepB, part, strideC, accumulate, bias, relu);
    let offset = <usize>whole * panelA;
    part += <usize>(whole * mr) * strideC;
    for (let i = whole * mr; i < mc; i += mr) {
      tileStrip(1, runs, run, offset, stepA, 0, b, stepB, scratch, NR << 2, false, 0, false);
      const rows = min(mr, mc - i);
      finish(scratch, NR << 2, part, strideC, rows, cols, accumulate, bias, activation);
      offset += panelA;
      part += <usize>mr * strideC;
    }
    b += panelB;
    if (bias) bias += NR << 2;
  }
}
