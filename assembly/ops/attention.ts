/**
 * Scaled dot-product attention over blocks of query rows: a matrix of scores is never held whole. The
 * scores of one block lie in the running thread's scratch:
 *
 *     | weights [rows][keys] | their gradients [rows][keys], backwards only | scratch of gemm |
 *
 * A block sees the keys up to its last row's own where attention is causal, all of them otherwise.
 */
import { ACCUMULATE, TRANSPOSE_A, TRANSPOSE_B, gemm } from "../gemm/gemm";
import {
  LANES,
  Lanes,
  add,
  and,
  at,
  firstLanes,
  hmax,
  hsum,
  ieq,
  isplat,
  load,
  loadBytes,
  loadSplat,
  madd,
  mul,
  ne,
  or,
  pmax,
  select,
  splat,
  store,
  storePart,
  sub,
} from "../lanes";
import { expNegative } from "../math";
import { DROPOUT, generate } from "../random";

/** A query sees no key behind its own position. */
const CAUSAL: i32 = 1;
/** The mask is f32 and added to the scores. */
const ADDED: i32 = 2;
/** The mask is bytes, 0 where a key is not seen. */
const KEPT: i32 = 4;

/** Bytes of a row of scores: an odd number of cache lines, so that rows do not crowd the same sets. */
function rowBytes(keys: i32): usize {
  return (<usize>(((keys + 15) >> 4) | 1)) << 6;
}

/** `scale x (+ mask)`, -Infinity where a key is not seen. */
function score(x: Lanes, scale: Lanes, mask: usize, step: i32, flags: i32): Lanes {
  if (flags & ADDED) return madd(x, scale, step ? load(mask) : loadSplat(mask));
  if (flags & KEPT) {
    const kept = step ? loadBytes(mask) : isplat(i32.load8_u(mask));
    return select(splat(-Infinity), mul(x, scale), ieq(kept, isplat(0)));
  }
  return mul(x, scale);
}

/** Bytes by which a mask moves from one vector of keys to the next. */
function maskStride(step: i32, flags: i32): usize {
  return <usize>(flags & ADDED ? step << 4 : step << 2);
}

/** Address of a mask's row for one query. The table holds its strides: batch, head, query, key. */
function maskRow(mask: usize, table: usize, batch: i32, head: i32, query: i32, flags: i32): usize {
  const i = batch * i32.load(table) + head * i32.load(table, 4) + query * i32.load(table, 8);
  return mask + ((<usize>i) << (flags & ADDED ? 2 : 0));
}

/** Scores of the first `n` keys of a row, in place, and -Infinity behind them; returns the largest. */
function scoreRow(x: usize, n: i32, scale: Lanes, mask: usize, step: i32, flags: i32): f32 {
  const none = splat(-Infinity);
  const stride = maskStride(step, flags);
  let top = none;
  for (; n > 0; n -= LANES) {
    let v = score(load(x), scale, mask, step, flags);
    if (n < LANES) v = select(v, none, firstLanes(n));
    store(x, v);
    top = or(pmax(top, v), ne(v, v));
    x += 16;
    mask += stride;
  }
  return hmax(top);
}

/** x = e^(x - shift) of a row; returns the sum. */
function weighRow(x: usize, n: i32, shift: Lanes): f32 {
  let sum = splat(0);
  for (; n > 0; n -= LANES) {
    const e = expNegative(sub(load(x), shift));
    sum = add(sum, e);
    store(x, e);
    x += 16;
  }
  return hsum(sum);
}

/** Zeros behind the first `n` of a row, up to `width`. */
function clearRow(x: usize, n: i32, width: i32): void {
  for (let i = (n + 3) & ~3; i < width; i += LANES) store(at(x, i), splat(0));
}

/**
 * Drops weights, or gradients of them, in place: the same ones at every call for a row. Row `index` of all
 * batches and heads holds the elements from `index` times its padded length on.
 */
function dropRow(
  x: usize,
  n: i32,
  index: i32,
  row: usize,
  rate: f32,
  keptScale: f32,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
): void {
  const from = index * <i32>(row >> 2);
  const to = from + n;
  const base = x - ((<usize>from) << 2);
  generate(
    DROPOUT,
    base,
    base,
    seedLow,
    seedHigh,
    stream,
    stepLow,
    stepHigh,
    rate,
    keptScale,
    from,
    to,
  );
}

/**
 * `out = softmax(scale q k^T + mask) v` for every batch and head. A query that sees no key gives zeros.
 * Weights are dropped after they have been summed, as `dropout` drops them.
 * A weight of 0 does not hide a NaN or Infinity in v from the other rows of its block.
 *
 * Source: Vaswani et al. 2017 (arXiv:1706.03762), equation 1; blocks as in Dao 2023 (arXiv:2307.08691).
 *
 * @grain 1
 * @param q      f32[batch, lq, heads, d]
 * @param k      f32[batch, lk, heads, d]
 * @param v      f32[batch, lk, heads, dv]
 * @param mask   f32 or bytes, broadcast to [batch, heads, lq, lk]; 0 for none
 * @param out    f32[batch, lq, heads, dv]
 * @param stats  f32[batch, heads, lq, 2]: a row's largest score, and 1 / sum e^(score - largest)
 * @param table  u32[4], elements of the mask from one batch, head, query and key to the next
 * @param lq     queries
 * @param lk     keys
 * @param heads  heads
 * @param d      length of a query
 * @param dv     length of a value
 * @param rows   queries of a block; a unit of [begin, end) is one block
 * @param flags  1: causal; 2: the mask is f32 and added; 4: the mask is bytes, 0 where a key is hidden
 * @param scale  factor of the scores
 * @param dropRate   probability of dropping a weight
 * @param keptScale  factor of the weights that are kept, 1 / (1 - dropRate)
 * @param seedLow    low word of the seed, the key of Philox
 * @param seedHigh   high word of the seed
 * @param stream     number of the node in its graph
 * @param stepLow    low word of the training step
 * @param stepHigh   high word of the step
 */
export function attention(
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  out: usize,
  stats: usize,
  table: usize,
  lq: i32,
  lk: i32,
  heads: i32,
  d: i32,
  dv: i32,
  rows: i32,
  flags: i32,
  scale: f32,
  dropRate: f32,
  keptScale: f32,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const rowQ = (<usize>(heads * d)) << 2;
  const rowV = (<usize>(heads * dv)) << 2;
  const rowS = rowBytes(lk);
  const work = scratch + <usize>rows * rowS;
  const blocks = (lq + rows - 1) / rows;
  const step = i32.load(table, 12);
  const factor = splat(scale);
  for (let unit = begin; unit < end; unit++) {
    const matrix = unit / blocks;
    const first = (unit - matrix * blocks) * rows;
    const batch = matrix / heads;
    const head = matrix - batch * heads;
    const m = min(rows, lq - first);
    const keys = flags & CAUSAL ? min(lk, first + m) : lk;
    const fromQ = at(q + <usize>(batch * lq + first) * rowQ, head * d);
    const fromK = at(k + <usize>(batch * lk) * rowQ, head * d);
    const fromV = at(v + <usize>(batch * lk) * rowV, head * dv);
    const to = at(out + <usize>(batch * lq + first) * rowV, head * dv);
    let stat = stats + ((<usize>(matrix * lq + first)) << 3);

    gemm(fromQ, rowQ, fromK, rowQ, 0, scratch, rowS, m, keys, d, TRANSPOSE_B, 0, work);
    let x = scratch;
    for (let i = 0; i < m; i++) {
      const n = flags & CAUSAL ? min(keys, first + i + 1) : keys;
      const row = maskRow(mask, table, batch, head, first + i, flags);
      const top = scoreRow(x, n, factor, row, step, flags);
      const sum = weighRow(x, n, splat(top == -Infinity ? 0 : top));
      if (dropRate > 0)
        dropRow(
          x,
          n,
          matrix * lq + first + i,
          rowS,
          dropRate,
          keptScale,
          seedLow,
          seedHigh,
          stream,
          stepLow,
          stepHigh,
        );
      clearRow(x, n, keys);
      f32.store(stat, top);
      f32.store(stat, sum == 0 ? 0 : <f32>1 / sum, 4);
      x += rowS;
      stat += 8;
    }
    gemm(scratch, rowS, fromV, rowV, 0, to, rowV, m, dv, keys, 0, 0, work);
    stat -= (<usize>m) << 3;
    let y = to;
    for (let i = 0; i < m; i++) {
      const share = loadSplat(stat + 4);
      for (let j = 0; j < dv; j += LANES) storePart(at(y, j), mul(load(at(y, j)), share), dv - j);
      y += rowV;
      stat += 8;
    }
  }
}

/** A row's weights from its products, `x = p = e^(score - shift) share`; returns the sum of p dp. */
function weighAgain(
  x: usize,
  dp: usize,
  n: i32,
  scale: Lanes,
  mask: usize,
  step: i32,
  flags: i32,
  shift: Lanes,
  share: Lanes,
): f32 {
  const stride = maskStride(step, flags);
  let dot = splat(0);
  for (; n > 0; n -= LANES) {
    let p = mul(expNegative(sub(score(load(x), scale, mask, step, flags), shift)), share);
    let d = load(dp);
    if (n < LANES) {
      p = and(p, firstLanes(n));
      d = and(d, firstLanes(n));
      store(dp, d);
    }
    dot = madd(p, d, dot);
    store(x, p);
    x += 16;
    dp += 16;
    mask += stride;
  }
  return hsum(dot);
}

/** Gradient of a row's products, `dp = scale p (dp - dot)`. */
function scoreGradRow(p: usize, dp: usize, n: i32, scale: Lanes, dot: Lanes): void {
  for (; n > 0; n -= LANES) {
    store(dp, mul(mul(load(p), scale), sub(load(dp), dot)));
    p += 16;
    dp += 16;
  }
}

/** Zeros in `rows` rows of `n`. */
function clearRows(x: usize, stride: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    memory.fill(x, 0, (<usize>n) << 2);
    x += stride;
  }
}

/**
 * Gradients of attention. With p the weights, `dv = p^T dout`, `dp = dout v^T`, `ds = p (dp - sum p dp)`,
 * `dq = scale ds k`, `dk = scale ds^T q`. The weights are computed again block by block; dk and dv are
 * added up over the blocks of one batch and head in their order, by one thread. The sum of p dp is that
 * of dout out, but by the rounding of dp itself: where one key has all the weight, ds is exactly 0.
 *
 * @grain 1
 * @param q      f32[batch, lq, heads, d]
 * @param k      f32[batch, lk, heads, d]
 * @param v      f32[batch, lk, heads, dv]
 * @param mask   as in attention
 * @param stats  f32[batch, heads, lq, 2], from attention
 * @param dout   f32[batch, lq, heads, dv]
 * @param dq     f32[batch, lq, heads, d]
 * @param dk     f32[batch, lk, heads, d]
 * @param dvalue f32[batch, lk, heads, dv], the gradient by v
 * @param table  as in attention
 * @param lq     queries
 * @param lk     keys
 * @param heads  heads
 * @param d      length of a query
 * @param dv     length of a value
 * @param rows   queries of a block
 * @param flags  as in attention
 * @param scale  factor of the scores
 * @param dropRate   probability of dropping a weight
 * @param keptScale  factor of the weights that are kept, 1 / (1 - dropRate)
 * @param seedLow    low word of the seed, the key of Philox
 * @param seedHigh   high word of the seed
 * @param stream     number of the node in its graph
 * @param stepLow    low word of the training step
 * @param stepHigh   high word of the step
 */
export function attentionGrad(
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  stats: usize,
  dout: usize,
  dq: usize,
  dk: usize,
  dvalue: usize,
  table: usize,
  lq: i32,
  lk: i32,
  heads: i32,
  d: i32,
  dv: i32,
  rows: i32,
  flags: i32,
  scale: f32,
  dropRate: f32,
  keptScale: f32,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const rowQ = (<usize>(heads * d)) << 2;
  const rowV = (<usize>(heads * dv)) << 2;
  const rowS = rowBytes(lk);
  const gradients = scratch + <usize>rows * rowS;
  const work = gradients + <usize>rows * rowS;
  const step = i32.load(table, 12);
  const factor = splat(scale);
  for (let matrix = begin; matrix < end; matrix++) {
    const batch = matrix / heads;
    const head = matrix - batch * heads;
    const atQ = <usize>(batch * lq) * rowQ + ((<usize>(head * d)) << 2);
    const atK = <usize>(batch * lk) * rowQ + ((<usize>(head * d)) << 2);
    const atV = <usize>(batch * lk) * rowV + ((<usize>(head * dv)) << 2);
    const atOut = <usize>(batch * lq) * rowV + ((<usize>(head * dv)) << 2);
    clearRows(dk + atK, rowQ, lk, d);
    clearRows(dvalue + atV, rowV, lk, dv);
    for (let first = 0; first < lq; first += rows) {
      const m = min(rows, lq - first);
      const keys = flags & CAUSAL ? min(lk, first + m) : lk;
      const fromQ = q + atQ + <usize>first * rowQ;
      const dFrom = dout + atOut + <usize>first * rowV;
      gemm(fromQ, rowQ, k + atK, rowQ, 0, scratch, rowS, m, keys, d, TRANSPOSE_B, 0, work);
      gemm(dFrom, rowV, v + atV, rowV, 0, gradients, rowS, m, keys, dv, TRANSPOSE_B, 0, work);
      let stat = stats + ((<usize>(matrix * lq + first)) << 3);
      let x = scratch;
      let dp = gradients;
      for (let i = 0; i < m; i++) {
        const n = flags & CAUSAL ? min(keys, first + i + 1) : keys;
        const row = maskRow(mask, table, batch, head, first + i, flags);
        const top = f32.load(stat);
        const shift = splat(top == -Infinity ? 0 : top);
        const share = loadSplat(stat + 4);
        if (dropRate > 0)
          dropRow(
            dp,
            n,
            matrix * lq + first + i,
            rowS,
            dropRate,
            keptScale,
            seedLow,
            seedHigh,
            stream,
            stepLow,
            stepHigh,
          );
        const dot = weighAgain(x, dp, n, factor, row, step, flags, shift, share);
        scoreGradRow(x, dp, n, factor, splat(dot));
        if (dropRate > 0)
          dropRow(
            x,
            n,
            matrix * lq + first + i,
            rowS,
            dropRate,
            keptScale,
            seedLow,
            seedHigh,
            stream,
            stepLow,
            stepHigh,
          );
        clearRow(x, n, keys);
        clearRow(dp, n, keys);
        x += rowS;
        dp += rowS;
        stat += 8;
      }
      const sums = TRANSPOSE_A | ACCUMULATE;
      const to = dq + atQ + <usize>first * rowQ;
      gemm(gradients, rowS, k + atK, rowQ, 0, to, rowQ, m, d, keys, 0, 0, work);
      gemm(gradients, rowS, fromQ, rowQ, 0, dk + atK, rowQ, keys, d, m, sums, 0, work);
      gemm(scratch, rowS, dFrom, rowV, 0, dvalue + atV, rowV, keys, dv, m, sums, 0, work);
    }
  }
}
