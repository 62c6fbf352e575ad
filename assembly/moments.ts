/**
 * Sums over columns of a matrix that is read once from memory, block by block: each block is summed in f32
 * while it is near, and the blocks are added in f64, in order. Blocks are outputs, so threads share them.
 *
 * A sample of [s, c] is seen as [s c / width, width]: c columns that are few stand several times side by
 * side (`width` is a multiple of c), so that whole vectors are full; what is left at the end is a row of
 * fewer columns. Rows of sums, `pitch` bytes apart, are `width` long.
 */
import {
  LANES,
  Lanes,
  add,
  and,
  at,
  firstLanes,
  load,
  load2,
  load3,
  loadNext,
  madd,
  mul,
  splat,
  store,
  store2,
  store3,
  storeNext,
  sub,
} from "./lanes";

/** Columns whose rows lie so near that sixteen of them are walked down at a time. */
export const NARROW: i32 = 64;

/** The first `rest` of four columns of the last row, 0 for the others. Nothing is read where there are none. */
function part(p: usize, rest: i32): Lanes {
  return rest > 0 ? and(load(p), firstLanes(rest)) : splat(0);
}

/** The same less m. */
function partLess(p: usize, m: Lanes, rest: i32): Lanes {
  return rest > 0 ? and(sub(load(p), m), firstLanes(rest)) : splat(0);
}

/** Rows whose mean is the number near the mean of a block. */
const FIRST: i32 = 8;

/** Sixteen columns from the top: see blockMoments. `rest`: of them, those in the last row. */
function moments16(x: usize, rows: i32, step: usize, rest: i32, out: usize, pitch: usize): void {
  let p = x;
  let m0 = part(p, rest);
  let m1 = part(p + 16, rest - LANES);
  let m2 = part(p + 32, rest - 2 * LANES);
  let m3 = part(p + 48, rest - 3 * LANES);
  let s0 = splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let q0 = s0;
  let q1 = s0;
  let q2 = s0;
  let q3 = s0;
  if (rows > 0) {
    m0 = s0;
    m1 = s0;
    m2 = s0;
    m3 = s0;
    const first = min(rows, FIRST);
    let left = first;
    do {
      m0 = add(m0, load(p));
      m1 = add(m1, loadNext(p));
      m2 = add(m2, load2(p));
      m3 = add(m3, load3(p));
      p += step;
      left--;
    } while (left > 0);
    const share = splat(<f32>1 / <f32>first);
    m0 = mul(m0, share);
    m1 = mul(m1, share);
    m2 = mul(m2, share);
    m3 = mul(m3, share);
    p = x;
    left = rows;
    do {
      const d0 = sub(load(p), m0);
      const d1 = sub(loadNext(p), m1);
      const d2 = sub(load2(p), m2);
      const d3 = sub(load3(p), m3);
      s0 = add(s0, d0);
      s1 = add(s1, d1);
      s2 = add(s2, d2);
      s3 = add(s3, d3);
      q0 = madd(d0, d0, q0);
      q1 = madd(d1, d1, q1);
      q2 = madd(d2, d2, q2);
      q3 = madd(d3, d3, q3);
      p += step;
      left--;
    } while (left > 0);
  }
  const d0 = partLess(p, m0, rest);
  const d1 = partLess(p + 16, m1, rest - LANES);
  const d2 = partLess(p + 32, m2, rest - 2 * LANES);
  const d3 = partLess(p + 48, m3, rest - 3 * LANES);
  store(out, m0);
  storeNext(out, m1);
  store2(out, m2);
  store3(out, m3);
  out += pitch;
  store(out, add(s0, d0));
  storeNext(out, add(s1, d1));
  store2(out, add(s2, d2));
  store3(out, add(s3, d3));
  out += pitch;
  store(out, madd(d0, d0, q0));
  storeNext(out, madd(d1, d1, q1));
  store2(out, madd(d2, d2, q2));
  store3(out, madd(d3, d3, q3));
}

/** out += x over n columns of one row. */
function addRow(x: usize, out: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    store(out, add(load(out), and(load(x), firstLanes(n))));
    x += 16;
    out += 16;
  }
}

/** Sums of x - m and of its square over n columns of one row. */
function squareRow(x: usize, m: usize, sums: usize, squares: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    const d = and(sub(load(x), load(m)), firstLanes(n));
    store(sums, add(load(sums), d));
    store(squares, madd(d, d, load(squares)));
    x += 16;
    m += 16;
    sums += 16;
    squares += 16;
  }
}

function squareRows4(x: usize, step: usize, m: usize, sums: usize, squares: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    const mean = load(m);
    const d0 = sub(load(x), mean);
    const d1 = sub(load(x + step), mean);
    const d2 = sub(load(x + 2 * step), mean);
    const d3 = sub(load(x + 3 * step), mean);
    const s = load(sums);
    const q = load(squares);
    store(sums, add(s, add(add(d0, d1), add(d2, d3))));
    store(squares, madd(d3, d3, madd(d2, d2, madd(d1, d1, madd(d0, d0, q)))));
    x += 16;
    m += 16;
    sums += 16;
    squares += 16;
  }
}

/** The same as moments16 for any number of columns, row by row, with the sums in memory. */
function momentsWide(x: usize, rows: i32, width: i32, rest: i32, out: usize, pitch: usize): void {
  const step = (<usize>width) << 2;
  const sums = out + pitch;
  const squares = sums + pitch;
  memory.fill(out, 0, 3 * pitch);
  const first = min(rows, FIRST);
  for (let r: i32 = 0; r < first; r++) addRow(x + <usize>r * step, out, width);
  if (rows == 0) addRow(x, out, rest);
  const share = splat(<f32>1 / <f32>max(1, first));
  for (let i: i32 = 0; i < width; i += LANES) store(at(out, i), mul(load(at(out, i)), share));
  const fours = rows & ~3;
  for (let r: i32 = 0; r < fours; r += 4)
    squareRows4(x + <usize>r * step, step, out, sums, squares, width);
  for (let r = fours; r < rows; r++) squareRow(x + <usize>r * step, out, sums, squares, width);
  squareRow(x + <usize>rows * step, out, sums, squares, rest);
}

/**
 * Of one block of n elements, for each of `width` columns: a number m near the mean (the mean of the first
 * eight rows), the sum of x - m, and that of its square. So few digits are lost where the mean is large: the error
 * of the variance grows with ((m - mean) / deviation)^2 only.
 */
export function blockMoments(x: usize, n: i32, width: i32, out: usize, pitch: usize): void {
  const rows = n / width;
  const rest = n - rows * width;
  if (width > NARROW) {
    momentsWide(x, rows, width, rest, out, pitch);
    return;
  }
  for (let i: i32 = 0; i < width; i += 4 * LANES)
    moments16(at(x, i), rows, (<usize>width) << 2, rest - i, at(out, i), pitch);
}

/** Sixteen columns of blockProducts. */
function products16(
  x: usize,
  dy: usize,
  m: usize,
  rows: i32,
  step: usize,
  rest: i32,
  out: usize,
  pitch: usize,
): void {
  const m0 = load(m);
  const m1 = loadNext(m);
  const m2 = load2(m);
  const m3 = load3(m);
  let s0 = splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let q0 = s0;
  let q1 = s0;
  let q2 = s0;
  let q3 = s0;
  while (rows > 0) {
    const d0 = load(dy);
    const d1 = loadNext(dy);
    const d2 = load2(dy);
    const d3 = load3(dy);
    s0 = add(s0, d0);
    s1 = add(s1, d1);
    s2 = add(s2, d2);
    s3 = add(s3, d3);
    q0 = madd(d0, sub(load(x), m0), q0);
    q1 = madd(d1, sub(loadNext(x), m1), q1);
    q2 = madd(d2, sub(load2(x), m2), q2);
    q3 = madd(d3, sub(load3(x), m3), q3);
    x += step;
    dy += step;
    rows--;
  }
  const d0 = part(dy, rest);
  const d1 = part(dy + 16, rest - LANES);
  const d2 = part(dy + 32, rest - 2 * LANES);
  const d3 = part(dy + 48, rest - 3 * LANES);
  store(out, add(s0, d0));
  storeNext(out, add(s1, d1));
  store2(out, add(s2, d2));
  store3(out, add(s3, d3));
  out += pitch;
  store(out, madd(d0, partLess(x, m0, rest), q0));
  storeNext(out, madd(d1, partLess(x + 16, m1, rest - LANES), q1));
  store2(out, madd(d2, partLess(x + 32, m2, rest - 2 * LANES), q2));
  store3(out, madd(d3, partLess(x + 48, m3, rest - 3 * LANES), q3));
}

/** sums += dy and products += dy (x - m) over n columns of one row. */
export function productRow(
  x: usize,
  dy: usize,
  m: usize,
  sums: usize,
  products: usize,
  n: i32,
): void {
  for (; n > 0; n -= LANES) {
    const here = firstLanes(n);
    const d = and(load(dy), here);
    const s = load(sums);
    const q = load(products);
    store(sums, add(s, d));
    store(products, madd(d, and(sub(load(x), load(m)), here), q));
    x += 16;
    dy += 16;
    m += 16;
    sums += 16;
    products += 16;
  }
}

function productRows2(
  x: usize,
  dy: usize,
  step: usize,
  m: usize,
  sums: usize,
  products: usize,
  n: i32,
): void {
  for (; n > 0; n -= LANES) {
    const mean = load(m);
    const d0 = load(dy);
    const d1 = load(dy + step);
    const s = load(sums);
    const q = load(products);
    const low = madd(d0, sub(load(x), mean), q);
    const both = madd(d1, sub(load(x + step), mean), low);
    store(sums, add(s, add(d0, d1)));
    store(products, both);
    x += 16;
    dy += 16;
    m += 16;
    sums += 16;
    products += 16;
  }
}

/** Of one block of n elements, for each of `width` columns: the sums of dy and of dy (x - m). */
export function blockProducts(
  x: usize,
  dy: usize,
  m: usize,
  n: i32,
  width: i32,
  out: usize,
  pitch: usize,
): void {
  const step = (<usize>width) << 2;
  let rows = n / width;
  const rest = n - rows * width;
  if (width <= NARROW) {
    for (let i: i32 = 0; i < width; i += 4 * LANES)
      products16(at(x, i), at(dy, i), at(m, i), rows, step, rest - i, at(out, i), pitch);
    return;
  }
  memory.fill(out, 0, 2 * pitch);
  for (; rows >= 2; rows -= 2) {
    productRows2(x, dy, step, m, out, out + pitch, width);
    x += 2 * step;
    dy += 2 * step;
  }
  if (rows > 0) {
    productRow(x, dy, m, out, out + pitch, width);
    x += step;
    dy += step;
  }
  productRow(x, dy, m, out, out + pitch, rest);
}
