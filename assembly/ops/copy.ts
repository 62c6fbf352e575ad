import { LANES, loadSplat, storePart } from "../lanes";

/** Rows of at least that many bytes are copied by the engine, whose call costs more than a short row. */
const LONG: i32 = 64;

/**
 * Copies bytes. The areas may overlap.
 *
 * @grain 64
 * @param x    bytes[n]
 * @param out  bytes[n]
 */
export function copyBytes(x: usize, out: usize, begin: i32, end: i32): void {
  memory.copy(out + begin, x + begin, end - begin);
}

/** n elements, whose steps may be negative; 0 in x repeats one. */
function row<T>(x: usize, stepX: i32, out: usize, stepOut: i32, n: i32): void {
  if (stepX == 1 && stepOut == 1 && n * sizeof<T>() >= LONG) {
    memory.copy(out, x, <usize>n * sizeof<T>());
    return;
  }
  if (sizeof<T>() == 4 && stepX == 0 && stepOut == 1) {
    const value = loadSplat(x);
    for (; n > 0; n -= LANES) {
      storePart(out, value, n);
      out += 16;
    }
    return;
  }
  const moveX = <usize>stepX * sizeof<T>();
  const moveOut = <usize>stepOut * sizeof<T>();
  for (; n > 0; n--) {
    store<T>(out, load<T>(x));
    x += moveX;
    out += moveOut;
  }
}

/** Rows [begin, end): the axis before the last is walked step by step, the place on all is looked up at its ends. */
function walk<T>(x: usize, out: usize, table: usize, begin: i32, end: i32): void {
  const last = table + 4 + 12 * (i32.load(table) - 1);
  const n = i32.load(last);
  const stepX = i32.load(last, 4);
  const stepOut = i32.load(last, 8);
  for (let i = begin; i < end;) {
    let rest = i;
    let from: i32 = 0;
    let to: i32 = 0;
    let left: i32 = 1;
    for (let axis = last - 12; axis > table; axis -= 12) {
      const length = i32.load(axis);
      const index = rest % length;
      rest /= length;
      if (axis == last - 12) left = length - index;
      from += index * i32.load(axis, 4);
      to += index * i32.load(axis, 8);
    }
    left = min(left, end - i);
    i += left;
    for (; left > 0; left--) {
      row<T>(x + <usize>from * sizeof<T>(), stepX, out + <usize>to * sizeof<T>(), stepOut, n);
      from += i32.load(last - 8);
      to += i32.load(last - 4);
    }
  }
}

/**
 * Copies elements from strides to strides, row by row: slices, their gradients, concatenation, repetition.
 * What the strides do not reach is left untouched.
 *
 *     table: | rank | length, stepX, stepOut | ... outermost axis first; the last one is the row
 *
 * Steps are in elements and may be negative, those in x also 0.
 *
 * @grain 1
 * @param bytes  of an element, 4 or 1
 * @param x      the first element that is read
 * @param out    where it goes; not x
 * @param table  i32[1 + 3 rank], rank >= 2
 */
export function copyStrided(
  bytes: i32,
  x: usize,
  out: usize,
  table: usize,
  begin: i32,
  end: i32,
): void {
  if (bytes == 4) walk<u32>(x, out, table, begin, end);
  else walk<u8>(x, out, table, begin, end);
}
