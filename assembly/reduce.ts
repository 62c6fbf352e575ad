import { LANES, add, and, at, firstLanes, hsum, load, splat, storePart } from "./lanes";

/** Terms that are added in a row before their sum is added to the total: the error grows with n / BLOCK. */
const BLOCK: i32 = 256;

/** Sum of n neighbours: four lanes over each block, lanes combined by hsum, blocks in order. */
export function reduceSumRow(x: usize, n: i32): f32 {
  let total: f32 = 0;
  for (let from: i32 = 0; from < n; from += BLOCK) {
    const to = min(n, from + BLOCK);
    let sum = splat(0);
    let i = from;
    for (; i + LANES <= to; i += LANES) sum = add(sum, load(at(x, i)));
    if (i < to) sum = add(sum, and(load(at(x, i)), firstLanes(to - i)));
    total += hsum(sum);
  }
  return total;
}

/** Sums of `n` neighbouring columns of a matrix whose rows are `stride` elements apart. */
export function reduceSumColumns(x: usize, out: usize, rows: i32, stride: i32, n: i32): void {
  const step = <usize>stride << 2;
  for (let j: i32 = 0; j < n; j += LANES) {
    let total = splat(0);
    let p = at(x, j);
    for (let from: i32 = 0; from < rows; from += BLOCK) {
      let sum = splat(0);
      for (let r = min(BLOCK, rows - from); r > 0; r--) {
        sum = add(sum, load(p));
        p += step;
      }
      total = add(total, sum);
    }
    storePart(at(out, j), total, n - j);
  }
}
