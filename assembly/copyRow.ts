import { LANES, load, load2, load3, loadNext, store, store2, store3, storeNext } from "./lanes";

/** Rows of more words are copied by the engine, whose call costs 10 ns. */
const LONG: i32 = 256;

/** Copies n 32-bit words; the areas do not overlap. */
export function copyRow(x: usize, out: usize, n: i32): void {
  if (n > LONG) {
    memory.copy(out, x, (<usize>n) << 2);
    return;
  }
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    const a = load(x);
    const b = loadNext(x);
    const c = load2(x);
    const d = load3(x);
    store(out, a);
    storeNext(out, b);
    store2(out, c);
    store3(out, d);
    x += 64;
    out += 64;
  }
  for (; n >= LANES; n -= LANES) {
    store(out, load(x));
    x += 16;
    out += 16;
  }
  for (; n > 0; n--) {
    i32.store(out, i32.load(x));
    x += 4;
    out += 4;
  }
}
