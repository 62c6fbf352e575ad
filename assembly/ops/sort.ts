/**
 * Order along rows. An element becomes a 64-bit word, its order in the upper half and its index in the
 * lower: words are all different, so every way of sorting gives the same, stable result.
 */
import { at } from "../lanes";

/** Rows up to this length, and that many largest, are sorted by insertion. */
const SHORT: i32 = 32;

/** Digits of a pass of the radix sort. */
const DIGITS: i32 = 256;

/**
 * A number whose unsigned order is that of x, with NaN above all and -0 equal to 0; reversed by `flip`,
 * which is all ones for the largest first.
 */
function keyOf(p: usize, index: i32, flip: u32): u64 {
  const x = f32.load(p);
  let bits = x == 0 ? 0 : i32.load(p);
  if (x != x) bits = 0x7fffffff;
  const key = <u32>(bits < 0 ? ~bits : bits | 0x80000000) ^ flip;
  return ((<u64>key) << 32) | <u64>index;
}

function word(p: usize, i: i32): usize {
  return p + ((<usize>i) << 3);
}

/** The k smallest keys of n elements at `to`, in order, each put into its place. */
function insertion(x: usize, n: i32, k: i32, flip: u32, to: usize): void {
  let count: i32 = 0;
  for (let i: i32 = 0; i < n; i++) {
    const key = keyOf(at(x, i), i, flip);
    if (count == k) {
      if (key > load<u64>(word(to, k - 1))) continue;
      count--;
    }
    let j = count;
    for (; j > 0 && load<u64>(word(to, j - 1)) > key; j--)
      store<u64>(word(to, j), load<u64>(word(to, j - 1)));
    store<u64>(word(to, j), key);
    count++;
  }
}

/** All n keys at `to`, in order: four passes over a byte of the key each, from the lowest. */
function radix(x: usize, n: i32, flip: u32, to: usize, counts: usize, other: usize): void {
  for (let i: i32 = 0; i < n; i++) store<u64>(word(to, i), keyOf(at(x, i), i, flip));
  for (let shift: u64 = 32; shift < 64; shift += 8) {
    memory.fill(counts, 0, DIGITS * 4);
    for (let i: i32 = 0; i < n; i++) {
      const c = at(counts, <i32>((load<u64>(word(to, i)) >> shift) & 255));
      i32.store(c, i32.load(c) + 1);
    }
    let sum: i32 = 0;
    for (let d: i32 = 0; d < DIGITS; d++) {
      const c = at(counts, d);
      const count = i32.load(c);
      i32.store(c, sum);
      sum += count;
    }
    for (let i: i32 = 0; i < n; i++) {
      const key = load<u64>(word(to, i));
      const c = at(counts, <i32>((key >> shift) & 255));
      const place = i32.load(c);
      i32.store(c, place + 1);
      store<u64>(word(other, place), key);
    }
    const swap = to;
    to = other;
    other = swap;
  }
}

/**
 * The first k elements of each row in order, with their indices. Equals keep their order, -0 equals 0,
 * and NaN counts as larger than all numbers, as in PyTorch.
 *
 * @grain 1
 * @param x           f32[rows, width]
 * @param out         f32[rows, k]
 * @param indices     i32[rows, k]
 * @param width       elements in a row
 * @param k           elements wanted, at most width
 * @param descending  1: the largest first
 * @param scratch     1024 bytes and twice 8 bytes an element of a row
 */
export function topK(
  x: usize,
  out: usize,
  indices: usize,
  width: i32,
  k: i32,
  descending: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const sorted = scratch + DIGITS * 4;
  const flip: u32 = descending ? 0xffffffff : 0;
  for (let r = begin; r < end; r++) {
    const row = at(x, r * width);
    if (k <= SHORT) insertion(row, width, k, flip, sorted);
    else radix(row, width, flip, sorted, scratch, word(sorted, width));
    for (let i: i32 = 0; i < k; i++) {
      const index = load<i32>(word(sorted, i));
      i32.store(at(out, r * k + i), i32.load(at(row, index)));
      i32.store(at(indices, r * k + i), index);
    }
  }
}

/**
 * Gradient of topK: zeros, and dy at the places from which the elements came.
 *
 * @grain 1
 * @param dy       f32[rows, k]
 * @param indices  i32[rows, k], all different in a row
 * @param dx       f32[rows, width]
 * @param width    elements in a row
 * @param k        elements that were taken
 */
export function topKGrad(
  dy: usize,
  indices: usize,
  dx: usize,
  width: i32,
  k: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const row = at(dx, r * width);
    memory.fill(row, 0, (<usize>width) << 2);
    for (let i: i32 = 0; i < k; i++) {
      const e = r * k + i;
      i32.store(at(row, i32.load(at(indices, e))), i32.load(at(dy, e)));
    }
  }
}
