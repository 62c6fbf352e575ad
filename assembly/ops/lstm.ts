/** Long short-term memory over a whole sequence: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000. */
import { ONE } from "../constants";
import { product } from "../gemm/panels";
import {
  LANES,
  TINY,
  add,
  at,
  flush,
  load,
  madd,
  mul,
  nmadd,
  splat,
  storePart,
  sub,
} from "../lanes";
import { tanh } from "../math";
import { copyRows, maskRows, sigmoidOfSum, tanhOfSum, workStride, zeroRow } from "../recurrent";

/** One row of one step: gates [i,f,g,o][units] from the two products that go into them, the cell and the output. */
function stepRow(
  gates: usize,
  work: usize,
  before: usize,
  out: usize,
  cell: usize,
  y: usize,
  units: i32,
): void {
  const row = (<usize>units) << 2;
  sigmoidOfSum(out, gates, work, 2 * units);
  out += row << 1;
  gates += row << 1;
  work += row << 1;
  tanhOfSum(out, gates, work, units);
  sigmoidOfSum(out + row, gates + row, work + row, units);
  cellRow(out, before, cell, y, units);
}

/** `c = f before + i g`, `y = o tanh(c)`; `g` stands between f and o. */
function cellRow(g: usize, before: usize, cell: usize, y: usize, units: i32): void {
  const row = (<usize>units) << 2;
  let f = g - row;
  for (; units > 0; units -= LANES) {
    const c = madd(load(f), load(before), mul(load(f - row), load(g)));
    storePart(cell, c, units);
    storePart(y, mul(load(g + row), tanh(c)), units);
    f += 16;
    g += 16;
    before += 16;
    cell += 16;
    y += 16;
  }
}

/**
 * LSTM, given the products of all inputs: for every step, with s the sigmoid,
 *
 *     i, f, o = s(gates + h U)    g = tanh(gates + h U)    c = f c + i g    h = o tanh(c)
 *
 * Each thread takes rows of the batch through all steps. NaN spreads over the units of its row.
 *
 * @grain 4
 * @param gates      f32[batch,time,4 units], x W + bias in the order i, f, g, o
 * @param recurrent  f32[units,4 units], U
 * @param panels     U in panels; 0 for a batch of at most 3
 * @param h0         f32[batch,units], states before the first step, 0 for zeros
 * @param c0         f32[batch,units], cells before the first step, 0 for zeros
 * @param mask       f32[batch,units], factors of h before its product with U, 0 for none
 * @param masked     f32[batch,units] to work in, 0 where there is no mask
 * @param work       f32[batch,4 units], rows `workStride` bytes apart, to work in
 * @param out        f32[batch,time,4 units], i, f, g, o; may be gates
 * @param y          f32[batch,time,units], h of every step
 * @param cells      f32[batch,time,units], c of every step
 * @param h          f32[batch,units], the last h
 * @param c          f32[batch,units], the last c
 * @param time       steps
 * @param units      units
 * @param reverse    1: from the last step in time to the first
 */
export function lstm(
  gates: usize,
  recurrent: usize,
  panels: usize,
  h0: usize,
  c0: usize,
  mask: usize,
  masked: usize,
  work: usize,
  out: usize,
  y: usize,
  cells: usize,
  h: usize,
  c: usize,
  time: i32,
  units: i32,
  reverse: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const rowG = row << 2;
  const strideY = <usize>time * row;
  const strideG = <usize>time * rowG;
  const skip = <usize>begin * row;
  const zeros = scratch;
  scratch = zeroRow(zeros, row);
  gates += <usize>begin * strideG;
  out += <usize>begin * strideG;
  y += <usize>begin * strideY;
  cells += <usize>begin * strideY;
  const strideW = workStride(rowG);
  work += <usize>begin * strideW;
  let state = h0 ? h0 + skip : zeros;
  let strideH: usize = h0 ? row : 0;
  let cell = c0 ? c0 + skip : zeros;
  let strideC: usize = c0 ? row : 0;
  for (let step = 0; step < time; step++) {
    const t = <usize>(reverse ? time - 1 - step : step);
    if (mask) {
      maskRows(masked + skip, state, strideH, mask + skip, m, units);
      state = masked + skip;
      strideH = row;
    }
    product(
      state,
      strideH,
      recurrent,
      rowG,
      false,
      panels,
      work,
      strideW,
      m,
      4 * units,
      units,
      false,
      scratch,
    );
    state = y + t * row;
    const now = cells + t * row;
    for (let r: usize = 0; r < <usize>m; r++) {
      stepRow(
        gates + t * rowG + r * strideG,
        work + r * strideW,
        cell + r * strideC,
        out + t * rowG + r * strideG,
        now + r * strideY,
        state + r * strideY,
        units,
      );
    }
    cell = now;
    strideH = strideY;
    strideC = strideY;
  }
  copyRows(h + skip, state, strideH, m, units);
  copyRows(c + skip, cell, strideC, m, units);
}

/**
 * One row of one step backwards, `squashed` being the tanh of its cell. `dh` comes in; `dc` comes in, and
 * leaves as that of the step before.
 */
function stepRowGrad(
  gates: usize,
  before: usize,
  squashed: usize,
  dy: usize,
  dh: usize,
  dc: usize,
  dgates: usize,
  units: i32,
): void {
  const row = (<usize>units) << 2;
  const one = ONE();
  const tiny = splat(TINY);
  for (let j = 0; j < units; j += LANES) {
    const pi = at(gates, j);
    const pf = pi + row;
    const pg = pf + row;
    const i = load(pi);
    const f = load(pf);
    const g = load(pg);
    const o = load(pg + row);
    const left = units - j;
    const th = load(at(squashed, j));
    const d = add(load(at(dy, j)), load(at(dh, j)));
    const dcell = madd(mul(d, o), nmadd(th, th, one), load(at(dc, j)));
    const di = mul(mul(dcell, g), mul(i, sub(one, i)));
    const df = mul(mul(dcell, load(at(before, j))), mul(f, sub(one, f)));
    const dg = mul(mul(dcell, i), nmadd(g, g, one));
    const dO = mul(mul(d, th), mul(o, sub(one, o)));
    const qi = at(dgates, j);
    const qf = qi + row;
    const qg = qf + row;
    storePart(qi, flush(di, tiny), left);
    storePart(qf, flush(df, tiny), left);
    storePart(qg, flush(dg, tiny), left);
    storePart(qg + row, flush(dO, tiny), left);
    storePart(at(dc, j), flush(mul(dcell, f), tiny), left);
  }
}

/**
 * Gradient of lstm by its gates before they were squashed, and by the states before the first step. The
 * gradient by U is a product of the states and `dgates`. What decays below 1e-30 over many steps becomes 0.
 *
 * @grain 4
 * @param gates      f32[batch,time,4 units], i, f, g, o of the forward pass
 * @param recurrent  f32[units,4 units], U
 * @param panels     U transposed, in panels; 0 for a batch of at most 3
 * @param cells      f32[batch,time,units], c of every step
 * @param c0         f32[batch,units], cells before the first step, 0 for zeros
 * @param mask       f32[batch,units], factors of h before its product with U, 0 for none
 * @param dy         f32[batch,time,units], gradient by h of every step, 0 for none
 * @param dh         f32[batch,units], gradient by the last h, 0 for none
 * @param dc         f32[batch,units], gradient by the last c, 0 for none
 * @param dgates     f32[batch,time,4 units], may be gates
 * @param dh0        f32[batch,units]
 * @param dc0        f32[batch,units]
 * @param time       steps
 * @param units      units
 * @param reverse    1: the forward pass went from the last step in time to the first
 */
export function lstmGrad(
  gates: usize,
  recurrent: usize,
  panels: usize,
  cells: usize,
  c0: usize,
  mask: usize,
  dy: usize,
  dh: usize,
  dc: usize,
  dgates: usize,
  dh0: usize,
  dc0: usize,
  time: i32,
  units: i32,
  reverse: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const rowG = row << 2;
  const strideY = <usize>time * row;
  const strideG = <usize>time * rowG;
  const skip = <usize>begin * row;
  const zeros = scratch;
  const squashed = zeroRow(zeros, row);
  scratch = squashed + ((row + 63) & ~63);
  gates += <usize>begin * strideG;
  dgates += <usize>begin * strideG;
  cells += <usize>begin * strideY;
  dh0 += skip;
  dc0 += skip;
  copyRows(dh0, dh ? dh + skip : zeros, dh ? row : 0, m, units);
  copyRows(dc0, dc ? dc + skip : zeros, dc ? row : 0, m, units);
  const strideDy: usize = dy ? strideY : 0;
  for (let step = time - 1; step >= 0; step--) {
    const t = <usize>(reverse ? time - 1 - step : step);
    const now = cells + t * row;
    let before = reverse ? now + row : now - row;
    let strideB = strideY;
    if (step == 0) {
      before = c0 ? c0 + skip : zeros;
      strideB = c0 ? row : 0;
    }
    const d = dy ? dy + <usize>begin * strideY + t * row : zeros;
    for (let r: usize = 0; r < <usize>m; r++) {
      tanhOfSum(squashed, now + r * strideY, zeros, units);
      stepRowGrad(
        gates + t * rowG + r * strideG,
        before + r * strideB,
        squashed,
        d + r * strideDy,
        dh0 + r * row,
        dc0 + r * row,
        dgates + t * rowG + r * strideG,
        units,
      );
    }
    product(
      dgates + t * rowG,
      strideG,
      recurrent,
      rowG,
      true,
      panels,
      dh0,
      row,
      m,
      units,
      4 * units,
      false,
      scratch,
    );
    if (mask) maskRows(dh0, dh0, row, mask + skip, m, units);
  }
}
