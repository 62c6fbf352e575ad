// Parts of a softmax over one row.
import {
  LANES,
  Lanes,
  add,
  and,
  firstLanes,
  hsum,
  load,
  mul,
  splat,
  store,
  storePart,
  sub,
} from "../lanes";
import { expNegative } from "../math";

/** out = e^(x - top) over a row; returns the sum. x - top is never positive, and NaN stays NaN. */
export function rowExp(x: usize, out: usize, n: i32, top: f32): f32 {
  const shift = splat(top == -Infinity ? 0 : top);
  let sum = splat(0);
  for (; n >= LANES; n -= LANES) {
    const e = expNegative(sub(load(x), shift));
    sum = add(sum, e);
    store(out, e);
    x += 16;
    out += 16;
  }
  if (n > 0) {
    const e = expNegative(sub(load(x), shift));
    sum = add(sum, and(e, firstLanes(n)));
    storePart(out, e, n);
  }
  return hsum(sum);
}

/** x = x factor over a row. */
export function scaleRow(x: usize, n: i32, factor: Lanes): void {
  for (; n >= LANES; n -= LANES) {
    store(x, mul(load(x), factor));
    x += 16;
  }
  if (n > 0) storePart(x, mul(load(x), factor), n);
}
