/**
 * Where part `part` of `parts` begins in [0, size): a multiple of `grain`, so that a split never
 * moves with the number of threads inside a grain.
 */
export function share(size: i32, grain: i32, part: i32, parts: i32): i32 {
  if (part == 0) return 0;
  if (part == parts) return size;
  const units = (size + grain - 1) / grain;
  return min(size, <i32>((<i64>units * part) / parts) * grain);
}
