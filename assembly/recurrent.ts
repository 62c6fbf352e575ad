/** What the recurrent kernels share: rows of states that lie any distance apart. */
import { LANES, add, at, load, mul, store, storePart } from "./lanes";
import { sigmoid, tanh } from "./math";

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

/**
 * Bytes between the rows of a step's products, `[batch][bytes]`: a line more than they need, since rows whose
 * distance is a multiple of 4096 would all want the same lines of L1. In the sequence itself they often are
 * (50 steps of 4 128 floats), which fall into the same sets of L1. What that costs was not settled.
 */
export function workStride(bytes: usize): usize {
  return ((bytes + 63) & ~63) + 64;
}

/** `to[n] = 1 / (1 + e^-(a[n] + b[n]))`. Gates are squashed one after the other, a loop each. */
export function sigmoidOfSum(to: usize, a: usize, b: usize, n: i32): void {
  for (; n >= LANES; n -= LANES) {
    store(to, sigmoid(add(load(a), load(b))));
    to += 16;
    a += 16;
    b += 16;
  }
  if (n > 0) storePart(to, sigmoid(add(load(a), load(b))), n);
}

/** `to[n] = tanh(a[n] + b[n])`. */
export function tanhOfSum(to: usize, a: usize, b: usize, n: i32): void {
  for (; n >= LANES; n -= LANES) {
    store(to, tanh(add(load(a), load(b))));
    to += 16;
    a += 16;
    b += 16;
  }
  if (n > 0) storePart(to, tanh(add(load(a), load(b))), n);
}
