import { copyRow } from "../copyRow";
import { LANES, Lanes, loadSplat, storePart } from "../lanes";

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

/** `count` rows of n elements, whose steps may be negative; 0 in x repeats one. */
function rows<T>(
  x: usize,
  rowX: usize,
  stepX: i32,
  out: usize,
  rowOut: usize,
  stepOut: i32,
  n: i32,
  count: i32,
): void {
  const words = sizeof<T>() == 4 && stepOut == 1;
  const moveX = <usize>stepX * sizeof<T>();
  const moveOut = <usize>stepOut * sizeof<T>();
  for (; count > 0; count--) {
    if (words && stepX == 1) copyRow(x, out, n);
    else if (words && stepX == 0) repeat(loadSplat(x), out, n);
    else {
      let from = x;
      let to = out;
      let left = n;
      for (; left >= 4; left -= 4) {
        store<T>(to, load<T>(from));
        from += moveX;
        to += moveOut;
        store<T>(to, load<T>(from));
        from += moveX;
        to += moveOut;
        store<T>(to, load<T>(from));
        from += moveX;
        to += moveOut;
        store<T>(to, load<T>(from));
        from += moveX;
        to += moveOut;
      }
      for (; left > 0; left--) {
        store<T>(to, load<T>(from));
        from += moveX;
        to += moveOut;
      }
    }
    x += rowX;
    out += rowOut;
  }
}

function repeat(value: Lanes, out: usize, n: i32): void {
  for (; n > 0; n -= LANES) {
    storePart(out, value, n);
    out += 16;
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
    rows<T>(
      x + <usize>from * sizeof<T>(),
      <usize>i32.load(last - 8) * sizeof<T>(),
      stepX,
      out + <usize>to * sizeof<T>(),
      <usize>i32.load(last - 4) * sizeof<T>(),
      stepOut,
      n,
      left,
    );
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
