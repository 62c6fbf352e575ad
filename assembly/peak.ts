import { add, lane0, madd, mul, splat } from "./lanes";

/**
 * `n` rounds of ten independent chains of `c = c a + b`, as mul and add: 80 flops a round. The fastest
 * that this machine and engine go; a kernel's speed is quoted as its share of this. Ten chains cover
 * the latency of add (4 cycles at two a cycle) with something to spare. a and b come from `n`, because
 * V8 would rebuild a constant vector at every use, which is four times slower.
 *
 * @returns a sum that keeps the loop alive
 */
export function peakMulAdd(n: i32): f32 {
  const a = splat(<f32>n / <f32>(n + 1));
  const b = splat(<f32>1 / <f32>(n + 1));
  let c0 = splat(1);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  let c8 = c0;
  let c9 = c0;
  do {
    c0 = add(mul(c0, a), b);
    c1 = add(mul(c1, a), b);
    c2 = add(mul(c2, a), b);
    c3 = add(mul(c3, a), b);
    c4 = add(mul(c4, a), b);
    c5 = add(mul(c5, a), b);
    c6 = add(mul(c6, a), b);
    c7 = add(mul(c7, a), b);
    c8 = add(mul(c8, a), b);
    c9 = add(mul(c9, a), b);
  } while (--n > 0);
  const low = add(add(c0, c1), add(c2, c3));
  return lane0(add(add(low, add(c4, c5)), add(add(c6, c7), add(c8, c9))));
}

/** The same with `madd`: fused in the relaxed builds, where it is up to twice as fast. */
export function peakMadd(n: i32): f32 {
  const a = splat(<f32>n / <f32>(n + 1));
  const b = splat(<f32>1 / <f32>(n + 1));
  let c0 = splat(1);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  let c8 = c0;
  let c9 = c0;
  do {
    c0 = madd(c0, a, b);
    c1 = madd(c1, a, b);
    c2 = madd(c2, a, b);
    c3 = madd(c3, a, b);
    c4 = madd(c4, a, b);
    c5 = madd(c5, a, b);
    c6 = madd(c6, a, b);
    c7 = madd(c7, a, b);
    c8 = madd(c8, a, b);
    c9 = madd(c9, a, b);
  } while (--n > 0);
  const low = add(add(c0, c1), add(c2, c3));
  return lane0(add(add(low, add(c4, c5)), add(add(c6, c7), add(c8, c9))));
}
