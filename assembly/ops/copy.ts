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
