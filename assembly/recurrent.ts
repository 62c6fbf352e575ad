/** What the recurrent kernels share: rows of states that lie any distance apart. */
import { LANES, at, load, mul, storePart } from "./lanes";

/** Fills the first `bytes` of scratch with zeros, which stand for states that were left out; what is behind them. */
export function zeroRow(scratch: usize, bytes: usize): usize {
  memory.fill(scratch, 0, bytes + 16);
  return scratch + ((bytes + 79) & ~63);
}

/** `to[m,n] = x[m,n] mask[m,n]`; x's rows are strideX bytes apart, the others follow one another. */
export function maskRows(to: usize, x: usize, strideX: usize, mask: usize, m: i32, n: i32): void {
  const bytes = (<usize>n) << 2;
  for (; m > 0; m--) {
    for (let j = 0; j < n; j += LANES)
      storePart(at(to, j), mul(load(at(x, j)), load(at(mask, j))), n - j);
    to += bytes;
    x += strideX;
    mask += bytes;
  }
}

/** `to[m,n] = x[m,n]`; a stride of 0 repeats one row. */
export function copyRows(to: usize, x: usize, strideX: usize, m: i32, n: i32): void {
  const bytes = (<usize>n) << 2;
  for (; m > 0; m--) {
    memory.copy(to, x, bytes);
    to += bytes;
    x += strideX;
  }
}
