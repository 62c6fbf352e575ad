import { LANES, at, loadBytes, madd, splat, storePart, toFloat } from "../lanes";

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
