import { copyRow } from "../copyRow";
import { LANES, at, isplat, loadBytes, madd, splat, storePart, toFloat } from "../lanes";

/**
 * Rows of a data set into a batch, `out[r] = source[order[cursor + r]]`, as 32-bit words (f32 or
 * i32 alike). Without an order (0), rows `cursor, cursor + 1, ...`.
 *
 * @grain 1
 * @param source  address of 32-bit[rows, width]
 * @param order   address of i32[rows], or 0
 * @param cursor  first position
 * @param out     32-bit[batch, width]
 * @param width   words in a row
 */
export function gatherRows(
  source: u32,
  order: u32,
  cursor: u32,
  out: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let r = begin; r < end; r++) {
    const position = <usize>cursor + r;
    const row: usize = order ? <usize>load<u32>(at(order, <i32>position)) : position;
    memory.copy(out + <usize>r * bytes, <usize>source + row * bytes, bytes);
  }
}

/**
 * Like gatherRows for rows of bytes, converted: `out = scale byte + shift`.
 *
 * @grain 1
 * @param source  address of u8[rows, width]
 * @param order   address of i32[rows], or 0
 * @param cursor  first position
 * @param scale   factor
 * @param shift   what is added
 * @param out     f32[batch, width]
 * @param width   elements in a row
 */
export function gatherBytes(
  source: u32,
  order: u32,
  cursor: u32,
  scale: f32,
  shift: f32,
  out: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  const factor = splat(scale);
  const offset = splat(shift);
  for (let r = begin; r < end; r++) {
    const position = <usize>cursor + r;
    const row: usize = order ? <usize>load<u32>(at(order, <i32>position)) : position;
    const x = <usize>source + row * width;
    const y = at(out, r * width);
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(at(y, i), madd(toFloat(loadBytes(x + i)), factor, offset), width - i);
    }
  }
}

/**
 * Slices of the middle axis by index, `out[o, i, :] = x[o, indices[i], :]`, as 32-bit words. An index
 * outside of [0, length) reads nothing and gives words of `missing`.
 *
 * @grain 1
 * @param x        32-bit[outer, length, inner]
 * @param indices  i32[n]
 * @param out      32-bit[outer, n, inner], not x
 * @param n        number of indices
 * @param length   slices in x
 * @param inner    words in a slice
 * @param missing  word for what is not there: NaN, 0
 */
export function gather(
  x: usize,
  indices: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  missing: i32,
  begin: i32,
  end: i32,
): void {
  const bytes = (<usize>inner) << 2;
  let o = begin / n;
  let i = begin - o * n;
  let to = out + <usize>begin * bytes;
  for (let r = begin; r < end; r++) {
    const index = i32.load(at(indices, i));
    if (<u32>index >= <u32>length) spread(to, missing, inner);
    else {
      const from = x + <usize>(o * length + index) * bytes;
      if (inner == 1) i32.store(to, i32.load(from));
      else copyRow(from, to, inner);
    }
    to += bytes;
    if (++i == n) {
      i = 0;
      o++;
    }
  }
}

/** `count` words of one value. */
function spread(out: usize, value: i32, count: i32): void {
  const v = isplat(value);
  for (; count > 0; count -= LANES) {
    storePart(out, v, count);
    out += 16;
  }
}

/**
 * Elements of the middle axis by an index each, `out[o, i, c] = x[o, indices[o, i, c], c]`, as 32-bit
 * words. An index outside of [0, length) reads nothing and gives `missing`.
 *
 * @grain 16
 * @param x        32-bit[outer, length, inner]
 * @param indices  i32[outer, n, inner]
 * @param out      32-bit[outer, n, inner], neither x nor indices
 * @param n        indices along the axis
 * @param length   elements of x along the axis
 * @param inner    elements behind the axis
 * @param missing  word for what is not there: NaN, 0
 */
export function gatherElements(
  x: usize,
  indices: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  missing: i32,
  begin: i32,
  end: i32,
): void {
  const block = n * inner;
  for (let i = begin; i < end;) {
    const o = i / block;
    let column = (i - o * block) % inner;
    const from = o * length * inner;
    const stop = min(end, (o + 1) * block);
    for (; i < stop; i++) {
      const index = i32.load(at(indices, i));
      const value =
        <u32>index < <u32>length ? i32.load(at(x, from + index * inner + column)) : missing;
      i32.store(at(out, i), value);
      if (++column == inner) column = 0;
    }
  }
}

/**
 * Places of elements from their coordinates, row-major: -1 where one lies outside. Rows of indices belong
 * to blocks of x, of which each has `block` of them.
 *
 * @grain 16
 * @param indices  i32[rows, depth]
 * @param out      i32[rows]
 * @param table    u32[depth], lengths of the axes that are indexed
 * @param depth    coordinates of a place
 * @param block    rows of indices for each block of x
 */
export function flatIndices(
  indices: usize,
  out: usize,
  table: usize,
  depth: i32,
  block: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    let place = r / block;
    let inside = true;
    for (let d: i32 = 0; d < depth; d++) {
      const index = i32.load(at(indices, r * depth + d));
      const length = i32.load(at(table, d));
      inside = inside && <u32>index < <u32>length;
      place = place * length + index;
    }
    i32.store(at(out, r), inside ? place : -1);
  }
}
