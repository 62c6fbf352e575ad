/** The plain recurrent layer over a whole sequence: Elman 1990. */
import { ONE } from "../constants";
import { product } from "../gemm/panels";
import {
  LANES,
  TINY,
  add,
  and,
  at,
  flush,
  gt,
  load,
  mul,
  nmadd,
  pmax,
  splat,
  storePart,
} from "../lanes";
import { tanh } from "../math";
import { copyRows, maskRows, workStride, zeroRow } from "../recurrent";

/** `y = activation(gates + work)` over a row. */
function squashRow(gates: usize, work: usize, y: usize, units: i32, relu: i32): void {
  for (let j = 0; j < units; j += LANES) {
    const x = add(load(at(gates, j)), load(at(work, j)));
    storePart(at(y, j), relu ? pmax(x, splat(0)) : tanh(x), units - j);
  }
}

/**
 * Simple recurrent layer, given the products of all inputs: `h = activation(gates + h U)` for every step.
 * Each thread takes rows of the batch through all steps. NaN spreads over the units of its row.
 *
 * @grain 4
 * @param gates      f32[batch,time,units], x W + bias
 * @param recurrent  f32[units,units], U
 * @param panels     U in panels; 0 for a batch of at most 3
 * @param h0         f32[batch,units], states before the first step, 0 for zeros
 * @param mask       f32[batch,units], factors of h before its product with U, 0 for none
 * @param masked     f32[batch,units] to work in, 0 where there is no mask
 * @param work       f32[batch,units], rows `workStride` bytes apart, to work in
 * @param y          f32[batch,time,units], h of every step; may be gates
 * @param h          f32[batch,units], the last h
 * @param time       steps
 * @param units      units
 * @param reverse    1: from the last step in time to the first
 * @param relu       0: tanh, 1: relu
 */
export function simpleRnn(
  gates: usize,
  recurrent: usize,
  panels: usize,
  h0: usize,
  mask: usize,
  masked: usize,
  work: usize,
  y: usize,
  h: usize,
  time: i32,
  units: i32,
  reverse: i32,
  relu: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const strideY = <usize>time * row;
  const skip = <usize>begin * row;
  const zeros = scratch;
  scratch = zeroRow(zeros, row);
  gates += <usize>begin * strideY;
  y += <usize>begin * strideY;
  const strideW = workStride(row);
  work += <usize>begin * strideW;
  let state = h0 ? h0 + skip : zeros;
  let strideH: usize = h0 ? row : 0;
  for (let step = 0; step < time; step++) {
    const t = <usize>(reverse ? time - 1 - step : step) * row;
    const now = y + t;
    if (mask) {
      maskRows(masked + skip, state, strideH, mask + skip, m, units);
      state = masked + skip;
      strideH = row;
    }
    product(
      state,
      strideH,
      recurrent,
      row,
      false,
      panels,
      work,
      strideW,
      m,
      units,
      units,
      false,
      scratch,
    );
    for (let r: usize = 0; r < <usize>m; r++)
      squashRow(gates + t + r * strideY, work + r * strideW, now + r * strideY, units, relu);
    state = now;
    strideH = strideY;
  }
  copyRows(h + skip, state, strideH, m, units);
}

/** `dgates = (dy + dh) activation'` over a row, from y. */
function squashRowGrad(y: usize, dy: usize, dh: usize, dgates: usize, units: i32, relu: i32): void {
  const one = ONE();
  const tiny = splat(TINY);
  for (let j = 0; j < units; j += LANES) {
    const v = load(at(y, j));
    const d = add(load(at(dy, j)), load(at(dh, j)));
    const dx = relu ? and(d, gt(v, splat(0))) : mul(d, nmadd(v, v, one));
    storePart(at(dgates, j), flush(dx, tiny), units - j);
  }
}

/**
 * Gradient of simpleRnn by its gates before they were squashed, and by the states before the first step.
 * The gradient by U is a product of the states and `dgates`. What decays below 1e-30 becomes 0.
 *
 * @grain 4
 * @param y          f32[batch,time,units], h of every step
 * @param recurrent  f32[units,units], U
 * @param panels     U transposed, in panels; 0 for a batch of at most 3
 * @param mask       f32[batch,units], factors of h before its product with U, 0 for none
 * @param dy         f32[batch,time,units], gradient by h of every step, 0 for none
 * @param dh         f32[batch,units], gradient by the last h, 0 for none
 * @param dgates     f32[batch,time,units]
 * @param dh0        f32[batch,units]
 * @param time       steps
 * @param units      units
 * @param reverse    1: the forward pass went from the last step in time to the first
 * @param relu       0: tanh, 1: relu
 */
export function simpleRnnGrad(
  y: usize,
  recurrent: usize,
  panels: usize,
  mask: usize,
  dy: usize,
  dh: usize,
  dgates: usize,
  dh0: usize,
  time: i32,
  units: i32,
  reverse: i32,
  relu: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const strideY = <usize>time * row;
  const skip = <usize>begin * row;
  const zeros = scratch;
  scratch = zeroRow(zeros, row);
  y += <usize>begin * strideY;
  dgates += <usize>begin * strideY;
  dh0 += skip;
  copyRows(dh0, dh ? dh + skip : zeros, dh ? row : 0, m, units);
  const strideDy: usize = dy ? strideY : 0;
  for (let step = time - 1; step >= 0; step--) {
    const t = <usize>(reverse ? time - 1 - step : step) * row;
    const d = dy ? dy + <usize>begin * strideY + t : zeros;
    const dg = dgates + t;
    for (let r: usize = 0; r < <usize>m; r++) {
      const at = r * strideY;
      squashRowGrad(y + t + at, d + r * strideDy, dh0 + r * row, dg + at, units, relu);
    }
    product(dg, strideY, recurrent, row, true, panels, dh0, row, m, units, units, false, scratch);
    if (mask) maskRows(dh0, dh0, row, mask + skip, m, units);
  }
}
