/** Gated recurrent unit over a whole sequence: Cho et al. 2014, and the form that cuDNN and PyTorch have. */
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
  store,
  storePart,
  sub,
} from "../lanes";
import { tanh } from "../math";
import { copyRows, maskRows, sigmoidOfSum, tanhOfSum, workStride, zeroRow } from "../recurrent";

/** `to[n] = x[n] + y[n]`. */
function sumRow(to: usize, x: usize, y: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    storePart(to, add(load(x), load(y)), n);
    to += 16;
    x += 16;
    y += 16;
  }
}

/** `to[n] = x[n] y[n]`. */
function productRow(to: usize, x: usize, y: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    storePart(to, mul(load(x), load(y)), n);
    to += 16;
    x += 16;
    y += 16;
  }
}

/** `to[n] = tanh(gates[n] + r[n] inner[n])`. */
function candidateRow(to: usize, gates: usize, r: usize, inner: usize, n: i32): void {
  for (; n >= LANES; n -= LANES) {
    store(to, tanh(madd(load(r), load(inner), load(gates))));
    to += 16;
    gates += 16;
    r += 16;
    inner += 16;
  }
  if (n > 0) storePart(to, tanh(madd(load(r), load(inner), load(gates))), n);
}

/** `y[n] = c[n] + z[n] (before[n] - c[n])`, c the candidate. */
function blendRow(y: usize, z: usize, before: usize, c: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    const x = load(c);
    storePart(y, madd(load(z), sub(load(before), x), x), n);
    y += 16;
    z += 16;
    before += 16;
    c += 16;
  }
}

/**
 * The gates z and r of a row, `s(gates + work + bias)`; `inner` becomes work + bias, or r h where reset comes
 * first.
 */
function gateRow(
  gates: usize,
  work: usize,
  bias: usize,
  state: usize,
  out: usize,
  inner: usize,
  units: i32,
  resetFirst: i32,
): void {
  const row = (<usize>units) << 2;
  if (bias) sumRow(work, work, bias, 3 * units);
  sigmoidOfSum(out, gates, work, 2 * units);
  if (resetFirst) productRow(inner, out + row, state, units);
  else memory.copy(inner, work + (row << 1), row);
}

/**
 * The candidate n and the state of a row: `n = tanh(gates + r inner)`, or of gates + work where reset comes
 * first, `y = n + z (before - n)`.
 */
function stateRow(
  gates: usize,
  work: usize,
  before: usize,
  out: usize,
  inner: usize,
  y: usize,
  units: i32,
  resetFirst: i32,
): void {
  const row = (<usize>units) << 2;
  const n = out + (row << 1);
  gates += row << 1;
  if (resetFirst) tanhOfSum(n, gates, work + (row << 1), units);
  else candidateRow(n, gates, out + row, inner, units);
  blendRow(y, out, before, n, units);
}

/**
 * GRU, given the products of all inputs: for every step, with s the sigmoid,
 *
 *     z, r = s(gates + h U + b)    n = tanh(gates + r (h U + b))    h = z h + (1 - z) n
 *
 * or, where reset comes first, `n = tanh(gates + (r h) U)` and no b. Each thread takes rows of the batch
 * through all steps. NaN spreads over the units of its row.
 *
 * @grain 4
 * @param gates       f32[batch,time,3 units], x W + bias in the order z, r, n
 * @param recurrent   f32[units,3 units], U
 * @param panelsGates  U in panels, or its columns z and r where reset comes first; 0 for a batch of at most 3
 * @param panelsState  columns n of U in panels, where reset comes first; else 0
 * @param bias        f32[3 units], b, 0 for zeros
 * @param h0          f32[batch,units], states before the first step, 0 for zeros
 * @param mask        f32[batch,units], factors of h before its products with U, 0 for none
 * @param masked      f32[batch,units] to work in, 0 where there is no mask
 * @param work        f32[batch,3 units], rows `workStride` bytes apart, to work in
 * @param out         f32[batch,time,3 units], z, r, n; may be gates
 * @param inner       f32[batch,time,units], what r multiplies: h U + b; or r h where reset comes first
 * @param y           f32[batch,time,units], h of every step
 * @param h           f32[batch,units], the last h
 * @param time        steps
 * @param units       units
 * @param reverse     1: from the last step in time to the first
 * @param resetFirst  1: r multiplies h before its product with U
 */
export function gru(
  gates: usize,
  recurrent: usize,
  panelsGates: usize,
  panelsState: usize,
  bias: usize,
  h0: usize,
  mask: usize,
  masked: usize,
  work: usize,
  out: usize,
  inner: usize,
  y: usize,
  h: usize,
  time: i32,
  units: i32,
  reverse: i32,
  resetFirst: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const rowG = row * 3;
  const strideY = <usize>time * row;
  const strideG = <usize>time * rowG;
  const skip = <usize>begin * row;
  const zeros = scratch;
  scratch = zeroRow(zeros, row);
  gates += <usize>begin * strideG;
  out += <usize>begin * strideG;
  inner += <usize>begin * strideY;
  y += <usize>begin * strideY;
  const strideW = workStride(rowG);
  work += <usize>begin * strideW;
  const U = recurrent + (row << 1);
  let before = h0 ? h0 + skip : zeros;
  let strideH: usize = h0 ? row : 0;
  for (let step = 0; step < time; step++) {
    const t = <usize>(reverse ? time - 1 - step : step);
    const g = gates + t * rowG;
    const o = out + t * rowG;
    const q = inner + t * row;
    const now = y + t * row;
    let state = before;
    let strideS = strideH;
    if (mask) {
      maskRows(masked + skip, before, strideH, mask + skip, m, units);
      state = masked + skip;
      strideS = row;
    }
    product(
      state,
      strideS,
      recurrent,
      rowG,
      false,
      panelsGates,
      work,
      strideW,
      m,
      (resetFirst ? 2 : 3) * units,
      units,
      false,
      scratch,
    );
    for (let r: usize = 0; r < <usize>m; r++) {
      gateRow(
        g + r * strideG,
        work + r * strideW,
        bias,
        state + r * strideS,
        o + r * strideG,
        q + r * strideY,
        units,
        resetFirst,
      );
    }
    if (resetFirst) {
      product(
        q,
        strideY,
        U,
        rowG,
        false,
        panelsState,
        work + (row << 1),
        strideW,
        m,
        units,
        units,
        false,
        scratch,
      );
    }
    for (let r: usize = 0; r < <usize>m; r++) {
      stateRow(
        g + r * strideG,
        work + r * strideW,
        before + r * strideH,
        o + r * strideG,
        q + r * strideY,
        now + r * strideY,
        units,
        resetFirst,
      );
    }
    before = now;
    strideH = strideY;
  }
  copyRows(h + skip, before, strideH, m, units);
}

/**
 * One row of one step backwards, but for r where reset comes first: `dgates` gets z and n (and r), `dinner`
 * z, r and what r multiplied, `dh` what goes round the products.
 */
function stateRowGrad(
  gates: usize,
  inner: usize,
  before: usize,
  dy: usize,
  dh: usize,
  dgates: usize,
  dinner: usize,
  units: i32,
  resetFirst: i32,
): void {
  const row = (<usize>units) << 2;
  const one = ONE();
  const tiny = splat(TINY);
  for (let j = 0; j < units; j += LANES) {
    const pz = at(gates, j);
    const z = load(pz);
    const r = load(pz + row);
    const n = load(pz + row + row);
    const q = load(at(inner, j));
    const left = units - j;
    const d = add(load(at(dy, j)), load(at(dh, j)));
    const keep = sub(one, z);
    const dz = flush(mul(mul(d, sub(load(at(before, j)), n)), mul(z, keep)), tiny);
    const dn = flush(mul(mul(d, keep), nmadd(n, n, one)), tiny);
    const to = at(dgates, j);
    storePart(to, dz, left);
    storePart(to + row + row, dn, left);
    storePart(at(dh, j), flush(mul(d, z), tiny), left);
    if (!resetFirst) {
      const dr = flush(mul(mul(dn, q), mul(r, sub(one, r))), tiny);
      storePart(to + row, dr, left);
      const also = at(dinner, j);
      storePart(also, dz, left);
      storePart(also + row, dr, left);
      storePart(also + row + row, flush(mul(dn, r), tiny), left);
    }
  }
}

/** The gate r of a row where reset comes first: `d` holds the gradient by r h, and gets that by h through r. */
function resetRowGrad(r: usize, before: usize, mask: usize, d: usize, dr: usize, units: i32): void {
  const one = ONE();
  const tiny = splat(TINY);
  for (let j = 0; j < units; j += LANES) {
    const v = load(at(r, j));
    const g = load(at(d, j));
    let h = load(at(before, j));
    if (mask) h = mul(h, load(at(mask, j)));
    storePart(at(dr, j), flush(mul(mul(g, h), mul(v, sub(one, v))), tiny), units - j);
    storePart(at(d, j), mul(g, v), units - j);
  }
}

/** `dh += d`, or `d mask`, over rows. */
function addRows(dh: usize, d: usize, mask: usize, m: i32, n: i32): void {
  const size = m * n;
  for (let i: i32 = 0; i < size; i += LANES) {
    let x = load(at(d, i));
    if (mask) x = mul(x, load(at(mask, i)));
    storePart(at(dh, i), add(load(at(dh, i)), x), size - i);
  }
}

/**
 * Gradient of gru by its gates before they were squashed, and by the states before the first step. What
 * decays below 1e-30 over many steps becomes 0.
 *
 * @grain 4
 * @param gates        f32[batch,time,3 units], z, r, n of the forward pass
 * @param inner        f32[batch,time,units], that of the forward pass
 * @param recurrent    f32[units,3 units], U
 * @param panelsGates  U transposed in panels, or its columns z and r where reset comes first; 0 for a batch of at most 3
 * @param panelsState  columns n of U, transposed in panels, where reset comes first; else 0
 * @param y            f32[batch,time,units], h of every step
 * @param h0           f32[batch,units], states before the first step, 0 for zeros
 * @param mask         f32[batch,units], factors of h before its products with U, 0 for none
 * @param work         f32[batch,units] to work in
 * @param dy           f32[batch,time,units], gradient by h of every step, 0 for none
 * @param dh           f32[batch,units], gradient by the last h, 0 for none
 * @param dgates       f32[batch,time,3 units], may be gates
 * @param dinner       f32[batch,time,3 units], gradient by h U + b; not written where reset comes first
 * @param dh0          f32[batch,units]
 * @param time         steps
 * @param units        units
 * @param reverse      1: the forward pass went from the last step in time to the first
 * @param resetFirst   1: r multiplied h before its product with U
 */
export function gruGrad(
  gates: usize,
  inner: usize,
  recurrent: usize,
  panelsGates: usize,
  panelsState: usize,
  y: usize,
  h0: usize,
  mask: usize,
  work: usize,
  dy: usize,
  dh: usize,
  dgates: usize,
  dinner: usize,
  dh0: usize,
  time: i32,
  units: i32,
  reverse: i32,
  resetFirst: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const m = end - begin;
  const row = (<usize>units) << 2;
  const rowG = row * 3;
  const strideY = <usize>time * row;
  const strideG = <usize>time * rowG;
  const skip = <usize>begin * row;
  const zeros = scratch;
  scratch = zeroRow(zeros, row);
  gates += <usize>begin * strideG;
  dgates += <usize>begin * strideG;
  if (!resetFirst) dinner += <usize>begin * strideG;
  inner += <usize>begin * strideY;
  y += <usize>begin * strideY;
  dh0 += skip;
  work += skip;
  if (mask) mask += skip;
  copyRows(dh0, dh ? dh + skip : zeros, dh ? row : 0, m, units);
  const strideDy: usize = dy ? strideY : 0;
  const U = recurrent + (row << 1);
  for (let step = time - 1; step >= 0; step--) {
    const t = <usize>(reverse ? time - 1 - step : step);
    let before = y + (reverse ? t + 1 : t - 1) * row;
    let strideB = strideY;
    if (step == 0) {
      before = h0 ? h0 + skip : zeros;
      strideB = h0 ? row : 0;
    }
    const g = gates + t * rowG;
    const dg = dgates + t * rowG;
    const di = dinner + t * rowG;
    const d = dy ? dy + <usize>begin * strideY + t * row : zeros;
    for (let r: usize = 0; r < <usize>m; r++) {
      stateRowGrad(
        g + r * strideG,
        inner + t * row + r * strideY,
        before + r * strideB,
        d + r * strideDy,
        dh0 + r * row,
        dg + r * strideG,
        di + r * strideG,
        units,
        resetFirst,
      );
    }
    if (resetFirst) {
      product(
        dg + (row << 1),
        strideG,
        U,
        rowG,
        true,
        panelsState,
        work,
        row,
        m,
        units,
        units,
        false,
        scratch,
      );
      for (let r: usize = 0; r < <usize>m; r++) {
        const own = r * strideG + row;
        const factors = mask ? mask + r * row : 0;
        resetRowGrad(g + own, before + r * strideB, factors, work + r * row, dg + own, units);
      }
      product(
        dg,
        strideG,
        recurrent,
        rowG,
        true,
        panelsGates,
        work,
        row,
        m,
        units,
        2 * units,
        true,
        scratch,
      );
      addRows(dh0, work, mask, m, units);
    } else if (mask) {
      product(
        di,
        strideG,
        recurrent,
        rowG,
        true,
        panelsGates,
        work,
        row,
        m,
        units,
        3 * units,
        false,
        scratch,
      );
      addRows(dh0, work, mask, m, units);
    } else {
      product(
        di,
        strideG,
        recurrent,
        rowG,
        true,
        panelsGates,
        dh0,
        row,
        m,
        units,
        3 * units,
        true,
        scratch,
      );
    }
  }
}
