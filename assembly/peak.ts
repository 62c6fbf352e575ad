import { add, lane0, madd, mul, splat } from "./lanes";

/**
 * `n` rounds of thirteen independent chains of `c = c a + b`, as mul and add: 104 flops a round. The fastest
 * that this machine and engine go; a kernel's speed is quoted as its share of this. Thirteen chains and a
 * and b are the registers that V8 gives; fewer than twelve do not cover the latency of mul and add one after
 * the other where four of them start in a cycle (Zen 5). a and b come from `n`, because V8 would rebuild a
 * constant vector at every use, which is four times slower.
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
  let c10 = c0;
  let c11 = c0;
  let c12 = c0;
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
    c10 = add(mul(c10, a), b);
    c11 = add(mul(c11, a), b);
    c12 = add(mul(c12, a), b);
  } while (--n > 0);
  c0 = add(c0, c1);
  c0 = add(c0, c2);
  c0 = add(c0, c3);
  c0 = add(c0, c4);
  c0 = add(c0, c5);
  c0 = add(c0, c6);
  c0 = add(c0, c7);
  c0 = add(c0, c8);
  c0 = add(c0, c9);
  c0 = add(c0, c10);
  c0 = add(c0, c11);
  c0 = add(c0, c12);
  return lane0(c0);
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
  let c10 = c0;
  let c11 = c0;
  let c12 = c0;
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
    c10 = madd(c10, a, b);
    c11 = madd(c11, a, b);
    c12 = madd(c12, a, b);
  } while (--n > 0);
  c0 = add(c0, c1);
  c0 = add(c0, c2);
  c0 = add(c0, c3);
  c0 = add(c0, c4);
  c0 = add(c0, c5);
  c0 = add(c0, c6);
  c0 = add(c0, c7);
  c0 = add(c0, c8);
  c0 = add(c0, c9);
  c0 = add(c0, c10);
  c0 = add(c0, c11);
  c0 = add(c0, c12);
  return lane0(c0);
}
