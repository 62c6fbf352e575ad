import { LANES, at, interleaveHigh, interleaveLow, joinHigh, joinLow, load, store } from "../lanes";

/** Rows of a block: they share cache lines of x. */
const BLOCK: i32 = 16;

/** Columns of a block: as many rows of x stay in L1, and their pages known, until the next rows of out. */
const WIDTH: i32 = 64;

/**
 * Elements in another order of the axes, as 32-bit words. The host names two axes of the result: the last
 * ("columns") and the one along which x is contiguous ("rows"); the others are counted through. Where they
 * are the same axis, whole rows are copied.
 *
 *     table: | rank | length, strideX, strideOut | ... the counted axes, outermost first
 *
 * @grain 8
 * @param x          32-bit words
 * @param out        32-bit words, not x
 * @param table      u32[1 + 3 rank]
 * @param rows       length of the axis along which x is contiguous; 1 where it is the last of out
 * @param rowStride  elements from one row of out to the next
 * @param columns    length of the last axis of out
 * @param xStride    elements of x from one column of out to the next
 */
export function transpose(
  x: usize,
  out: usize,
  table: usize,
  rows: i32,
  rowStride: i32,
  columns: i32,
  xStride: i32,
  begin: i32,
  end: i32,
): void {
  const first = table + 4;
  const last = table + 4 + 12 * i32.load(table);
  for (let i = begin; i < end;) {
    let rest = i / rows;
    const row = i - rest * rows;
    let from = row;
    let to = row * rowStride;
    for (let axis = last - 12; axis >= first; axis -= 12) {
      const length = i32.load(axis);
      const index = rest % length;
      rest /= length;
      from += index * i32.load(axis, 4);
      to += index * i32.load(axis, 8);
    }
    if (xStride == 1) {
      memory.copy(at(out, to), at(x, from), (<usize>columns) << 2);
      i++;
    } else {
      const n = min(rows - row, end - i);
      blocks(at(x, from), (<usize>xStride) << 2, at(out, to), (<usize>rowStride) << 2, n, columns);
      i += n;
    }
  }
}

/** `n` rows of out, block by block: a long row of x is read while the caches still have it. */
function blocks(x: usize, xStep: usize, out: usize, outStep: usize, n: i32, columns: i32): void {
  for (let j = 0; j < columns; j += WIDTH) {
    const from = x + <usize>j * xStep;
    const to = at(out, j);
    for (let r = 0; r < n; r += BLOCK)
      block(
        at(from, r),
        xStep,
        to + <usize>r * outStep,
        outStep,
        min(BLOCK, n - r),
        min(WIDTH, columns - j),
      );
  }
}

/** `n` rows of out: columns of x, in squares of four by four where there are as many. */
function block(x: usize, xStep: usize, out: usize, outStep: usize, n: i32, columns: i32): void {
  const fours = n & ~3;
  let j: i32 = 0;
  for (; j + LANES <= columns; j += LANES) {
    for (let r: i32 = 0; r < fours; r += LANES)
      square(at(x, r), xStep, out + <usize>r * outStep, outStep);
    for (let r = fours; r < n; r++) word(at(x, r), xStep, out + <usize>r * outStep, LANES);
    x += xStep << 2;
    out += 16;
  }
  for (let r: i32 = 0; r < n; r++) word(at(x, r), xStep, out + <usize>r * outStep, columns - j);
}

/** `count` words of x, xStep apart, side by side. */
function word(x: usize, xStep: usize, out: usize, count: i32): void {
  for (; count > 0; count--) {
    i32.store(out, i32.load(x));
    x += xStep;
    out += 4;
  }
}

function square(x: usize, xStep: usize, out: usize, outStep: usize): void {
  const a = load(x);
  const b = load(x + xStep);
  const c = load(x + 2 * xStep);
  const d = load(x + 3 * xStep);
  const ab = interleaveLow(a, b);
  const cd = interleaveLow(c, d);
  const AB = interleaveHigh(a, b);
  const CD = interleaveHigh(c, d);
  store(out, joinLow(ab, cd));
  store(out + outStep, joinHigh(ab, cd));
  store(out + 2 * outStep, joinLow(AB, CD));
  store(out + 3 * outStep, joinHigh(AB, CD));
}
