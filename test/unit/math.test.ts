import { describe, expect, test } from "vitest";
import { hasBuild, machine } from "./machine.ts";
import type { Machine } from "./machine.ts";

/** Distance to the exact value in units of the last place of f32. */
function ulps(got: number, exact: number): number {
  if (Object.is(got, Math.fround(exact))) return 0;
  if (Number.isNaN(exact) || Number.isNaN(got)) return Infinity;
  if (Number.isFinite(exact) !== Number.isFinite(Math.fround(exact)) && !Number.isFinite(got))
    return 0;
  if (!Number.isFinite(got)) return Math.abs(exact) >= 3.4028235e38 ? 0 : Infinity;
  const size = Math.max(Math.abs(exact), 2 ** -126);
  return Math.abs(got - exact) / 2 ** (Math.floor(Math.log2(size)) - 23);
}

/** 2^20 bit patterns: every sign and exponent, 2048 fractions of each. */
function patterns(): Float32Array {
  const bits = new Uint32Array(1 << 20);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = ((i << 12) | (Math.imul(i, 0x9e3779b1) >>> 20)) >>> 0;
  }
  return new Float32Array(bits.buffer);
}

function between(low: number, high: number, count = 1 << 18): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);
}

function apply(m: Machine, kernel: string, x: Float32Array): Float32Array {
  m.reset();
  const address = m.floats(x);
  m.call(kernel, [address, address], x.length);
  return m.read(address, x.length);
}

interface Case {
  readonly exact: (x: number) => number;
  /** Largest error, ulp. */
  readonly bound: number;
  /** Intervals swept densely besides all binades. */
  readonly dense: readonly (readonly [number, number])[];
  /** Where the bound holds; elsewhere `absolute` does. */
  readonly where?: (x: number) => boolean;
  readonly absolute?: number;
}

/** erf to 1e-15: its series below 3, 1 above 6, a continued fraction of erfc between. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || a === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 120; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * 1.1283791670955126 * Math.exp(-a * a) * sum;
  }
  let tail = a;
  for (let n = 60; n > 0; n--) tail = a + n / 2 / tail;
  return Math.sign(x) * (1 - (0.5641895835477563 * Math.exp(-a * a)) / tail);
}

const CASES: Record<string, Case> = {
  exp: {
    exact: Math.exp,
    bound: 1.01,
    dense: [
      [-1, 1],
      [-104, 89],
    ],
  },
  expm1: {
    exact: Math.expm1,
    bound: 1.63,
    dense: [
      [-1, 1],
      [-20, 89],
    ],
  },
  log: {
    exact: Math.log,
    bound: 0.81,
    dense: [
      [0.5, 2],
      [0, 100],
    ],
  },
  log1p: {
    exact: Math.log1p,
    bound: 1.33,
    dense: [
      [-1, 2],
      [0, 100],
    ],
  },
  log2: {
    exact: Math.log2,
    bound: 1.2,
    dense: [
      [0.5, 2],
      [0, 100],
    ],
  },
  sin: {
    exact: Math.sin,
    bound: 4.2,
    dense: [
      [-10, 10],
      [-1e5, 1e5],
    ],
  },
  cos: {
    exact: Math.cos,
    bound: 2.5,
    dense: [
      [-10, 10],
      [-1e5, 1e5],
    ],
  },
  erf: { exact: erf, bound: 1.2, dense: [[-4, 4]] },
  tanh: {
    exact: Math.tanh,
    bound: 2.5,
    dense: [
      [-1, 1],
      [-10, 10],
    ],
  },
  sigmoid: {
    exact: (x) => 1 / (1 + Math.exp(-x)),
    bound: 2.3,
    dense: [
      [-10, 10],
      [-60, 60],
    ],
    where: (x) => !(x < -60),
    absolute: 1e-26,
  },
  rsqrt: { exact: (x) => 1 / Math.sqrt(x), bound: 1.5, dense: [[0, 10]] },
};

const builds = ["simd", "relaxed"].filter(hasBuild);

test("the simd build is there to be tested", () => {
  expect(builds).toContain("simd");
});

describe.each(builds)("%s", (build) => {
  const m = machine(build);

  test.each(Object.entries(CASES))("%s() stays within its error in every binade", (name, c) => {
    let largest = 0;
    let where = 0;
    let outside = 0;
    for (const x of [patterns(), ...c.dense.map(([low, high]) => between(low, high))]) {
      const y = apply(m, name, x);
      for (let i = 0; i < x.length; i++) {
        const exact = c.exact(x[i]!);
        if (c.where && !c.where(x[i]!)) {
          outside = Math.max(outside, Math.abs(y[i]! - exact));
          continue;
        }
        const error = ulps(y[i]!, exact);
        if (error > largest) {
          largest = error;
          where = x[i]!;
        }
      }
    }
    expect(largest, `${name}(${where})`).toBeLessThanOrEqual(c.bound);
    expect(outside).toBeLessThanOrEqual(c.absolute ?? 0);
  });

  const { Infinity: inf, NaN: nan } = globalThis;
  const tiny = 2 ** -149;
  // Denormals, overflow, both zeros, infinities and NaN, exactly.
  test.each([
    ["exp", [nan, inf, -inf, 0, -0, tiny, 88.8, -104], [nan, inf, 0, 1, 1, 1, inf, 0]],
    ["exp", [-103.2], [Math.fround(Math.exp(-103.2))]],
    [
      "expm1",
      [nan, inf, -inf, 0, -0, tiny, -tiny, 88.8, -40],
      [nan, inf, -1, 0, -0, tiny, -tiny, inf, -1],
    ],
    ["log", [nan, inf, -inf, 0, -0, -1, -tiny, 1], [nan, inf, nan, -inf, -inf, nan, nan, 0]],
    ["log", [tiny], [Math.fround(Math.log(tiny))]],
    [
      "log1p",
      [nan, inf, -inf, 0, -0, -1, -2, tiny, -tiny],
      [nan, inf, nan, 0, -0, -inf, nan, tiny, -tiny],
    ],
    [
      "log2",
      [nan, inf, -inf, 0, -0, -1, tiny, 1, 2 ** 127],
      [nan, inf, nan, -inf, -inf, nan, -149, 0, 127],
    ],
    ["sin", [nan, inf, -inf, 0, -0, tiny, -tiny], [nan, nan, nan, 0, -0, tiny, -tiny]],
    ["cos", [nan, inf, -inf, 0, -0, tiny], [nan, nan, nan, 1, 1, 1]],
    ["erf", [nan, inf, -inf, 0, -0, 1e30], [nan, 1, -1, 0, -0, 1]],
    ["tanh", [nan, inf, -inf, 0, -0, tiny, -tiny, 1e30], [nan, 1, -1, 0, -0, tiny, -tiny, 1]],
    ["sigmoid", [nan, inf, -inf, 0, -0, tiny, -1e30], [nan, 1, 0, 0.5, 0.5, 0.5, 0]],
    ["rsqrt", [nan, inf, -inf, 0, -0, 4, -1], [nan, 0, nan, inf, -inf, 0.5, nan]],
    ["reciprocal", [nan, inf, -inf, 0, -0, 4], [nan, 0, -0, inf, -inf, 0.25]],
    ["sqrt", [nan, inf, -inf, 0, -0, 4, -1], [nan, inf, nan, 0, -0, 2, nan]],
    ["sign", [nan, inf, -inf, 0, -0, tiny, -tiny], [0, 1, -1, 0, 0, 1, -1]],
    ["round", [0.5, 1.5, -0.5, -2.5, 2 ** 24], [0, 2, -0, -2, 2 ** 24]],
  ])("%s(%j) is exact at special values", (name, x, expected) => {
    expect([...apply(m, name, Float32Array.from(x))]).toEqual(expected.map((v) => Math.fround(v)));
  });

  test("powScalar() is within 0.51 ulp and has the special values of C99", () => {
    const special = [nan, inf, -inf, 0, -0, 1, -1, 2, -2, 0.5, -0.5, 3.7, -3.7, tiny, -1e30];
    const exponents = [0, -0, 1, -1, 2, 3, -3, 0.5, -0.5, 1.7, -2.3, 1e9, 16777217, inf, -inf, nan];
    const wide = patterns().filter((_, i) => i % 16 === 5);
    let largest = 0;
    let where = "";
    for (const y of exponents) {
      const exponent = Math.fround(y);
      for (const x of [Float32Array.from(special), wide, between(0, 20, 1 << 14)]) {
        m.reset();
        const address = m.floats(x);
        m.call("powScalar", [address, address, { f32: y }], x.length);
        m.read(address, x.length).forEach((got, i) => {
          const a = x[i]!;
          // JavaScript alone gives NaN for (+-1)^(+-Infinity) and for 1^NaN.
          const one = a === 1 || (a === -1 && Math.abs(exponent) === inf);
          const exact = one ? 1 : a ** exponent;
          const error = ulps(got, exact);
          if (error > largest) {
            largest = error;
            where = `${a} ** ${exponent} = ${exact}, got ${got}`;
          }
        });
      }
    }
    expect(largest, where).toBeLessThanOrEqual(0.51);
  });

  test("an element's bits do not depend on its neighbours or on its place", () => {
    const x = Float32Array.from({ length: 67 }, (_, i) => (i % 7 === 3 ? 1e7 * i : i * 0.37 - 11));
    for (const name of Object.keys(CASES)) {
      const together = new Uint32Array(apply(m, name, x).buffer);
      for (let i = 0; i < x.length; i++) {
        const alone = new Uint32Array(apply(m, name, x.slice(i, i + 1)).buffer);
        expect(alone[0], `${name}(${x[i]})`).toBe(together[i]);
      }
    }
  });
});
