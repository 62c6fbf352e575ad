import { describe, expect, test } from "vitest";
import { erf } from "../../src/math/erf.ts";
import { exp, expm1 } from "../../src/math/exp.ts";
import { log, log1p } from "../../src/math/log.ts";
import { pow } from "../../src/math/pow.ts";
import { cos, sin } from "../../src/math/sin.ts";
import { tanh } from "../../src/math/tanh.ts";

const words = new BigInt64Array(1);
const value = new Float64Array(words.buffer);

/** Position of a float64 among all float64, so that neighbours differ by 1. */
function order(x: number): bigint {
  value[0] = x;
  const bits = words[0]!;
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}

/** Number of float64 from a to b. */
function distance(a: number, b: number): number {
  if (Object.is(a, b) || (a === b && a === 0)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  return Math.abs(Number(order(a) - order(b)));
}

/** 2^18 values over all exponents and both signs. */
function patterns(): Float64Array {
  const bits = new Uint32Array(1 << 19);
  for (let i = 0; i < bits.length; i += 2) {
    bits[i] = Math.imul(i, 0x9e3779b1);
    bits[i + 1] = ((i << 13) | (Math.imul(i, 0x85ebca6b) >>> 19)) >>> 0;
  }
  return new Float64Array(bits.buffer);
}

function between(low: number, high: number, count: number = 100_000): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.37)) / count);
}

/** The largest distance from a reference that itself errs by up to 1 ulp. */
function worst(
  f: (x: number) => number,
  reference: (x: number) => number,
  xs: Float64Array,
): [number, number] {
  let largest = 0;
  let where = 0;
  for (const x of xs) {
    const d = distance(f(x), reference(x));
    if (d > largest) {
      largest = d;
      where = x;
    }
  }
  return [largest, where];
}
const show = process.env["SHOW"] ? console.log : () => {};

describe("against the engine's own functions", () => {
  test.each([
    [
      "exp",
      exp,
      Math.exp,
      1,
      [
        [-745, 710],
        [-1, 1],
      ],
    ],
    [
      "expm1",
      expm1,
      Math.expm1,
      2,
      [
        [-60, 710],
        [-1, 1],
      ],
    ],
    [
      "log",
      log,
      Math.log,
      1,
      [
        [0, 1000],
        [0.5, 2],
      ],
    ],
    [
      "log1p",
      log1p,
      Math.log1p,
      1,
      [
        [-1, 1000],
        [-0.5, 1],
      ],
    ],
    [
      "sin",
      sin,
      Math.sin,
      1,
      [
        [-10, 10],
        [-1e6, 1e6],
      ],
    ],
    [
      "cos",
      cos,
      Math.cos,
      1,
      [
        [-10, 10],
        [-1e6, 1e6],
      ],
    ],
    [
      "tanh",
      tanh,
      Math.tanh,
      3,
      [
        [-20, 20],
        [-1, 1],
      ],
    ],
  ] as const)(
    "%s() is within a few units of the last place in every binade",
    (name, f, reference, bound, dense) => {
      for (const xs of [patterns(), ...dense.map(([low, high]) => between(low, high))]) {
        const [largest, where] = worst(f, reference, xs);
        show(name, largest, where, f(where), reference(where));
        expect(largest, `${name}(${where})`).toBeLessThanOrEqual(bound);
      }
    },
  );
});

describe("against values of 50 digits", () => {
  test.each([
    ["exp", exp, 1, Math.E],
    ["exp", exp, -0.3, 0.7408182206817179],
    ["exp", exp, 700.1, 1.120899771073261e304],
    ["exp", exp, -740.5, 2.5e-322],
    ["expm1", expm1, 1e-10, 1.00000000005e-10],
    ["expm1", expm1, 0.3, 0.3498588075760031],
    ["expm1", expm1, -0.69, -0.49842393093394444],
    ["expm1", expm1, 40.5, 3.8808469624362035e17],
    ["log", log, 0.1, -2.3025850929940455],
    ["log", log, 1.0000001, 9.999999505838704e-8],
    ["log", log, 5e-324, -744.4400719213812],
    ["log", log, 1e300, 690.7755278982137],
    ["log1p", log1p, 1e-10, 9.999999999500001e-11],
    ["log1p", log1p, -0.5, -Math.LN2],
    ["log1p", log1p, 1e10, 23.025850930040455],
    ["sin", sin, 3, 0.1411200080598672],
    ["sin", sin, 355, -3.014435335948845e-5],
    ["sin", sin, 1e22, -0.8522008497671888],
    ["cos", cos, 11, 0.004425697988050785],
    ["cos", cos, 1e22, 0.523214785395139],
    ["cos", cos, Math.PI / 2, 6.123233995736766e-17],
    ["tanh", tanh, 0.1, 0.09966799462495582],
    ["tanh", tanh, 2.25, 0.9780261147388136],
    ["erf", erf, 0.1, 0.1124629160182849],
    ["erf", erf, 0.7, 0.6778011938374184],
    ["erf", erf, 1.2, 0.9103139782296353],
    ["erf", erf, 1.5, 0.9661051464753108],
    ["erf", erf, 3, 0.9999779095030014],
  ] as const)(
    "%s(%d) has at most 4 (erf), 2 (tanh), 1 wrong last places",
    (name, f, x, expected) => {
      const bound = name === "erf" ? 4 : name === "tanh" ? 2 : 1;
      expect(distance(f(x), expected)).toBeLessThanOrEqual(bound);
    },
  );

  test.each([
    [0.999, 1, 0.999],
    [0.999, 10, 0.9900448802097482],
    [0.999, 1000, 0.36769542477096373],
    [0.999, 123456, 2.2746491910802653e-54],
    [0.999, 700000, 6.946374402185022e-305],
    [0.9, 1000, 1.7478712517226947e-46],
    [10, -300, 1e-300],
    [2, 0.5, Math.SQRT2],
    [1.0000001, 1e9, 2.6881038582144647e43],
  ])("pow(%d, %d) is within 1 unit of the last place", (x, y, expected) => {
    expect(distance(pow(x, y), expected)).toBeLessThanOrEqual(1);
  });
});

test("pow() of integers is exact where the result is, and within 1 unit elsewhere", () => {
  for (let x = 2n; x < 40n; x++) {
    for (let n = 1; n < 150; n++) {
      const exact = x ** BigInt(n);
      const expected = Number(exact);
      const bound = Number.isFinite(expected) && BigInt(expected) === exact ? 0 : 1;
      expect(distance(pow(Number(x), n), expected), `${x} ** ${n}`).toBeLessThanOrEqual(bound);
    }
  }
});

test("functions give JavaScript's values at the borders, -0 and NaN included", () => {
  const borders = [NaN, Infinity, -Infinity, 0, -0, 5e-324, -5e-324, 1, -1, 1e308, -1e308];
  for (const x of borders) {
    for (const [f, reference] of [
      [exp, Math.exp],
      [expm1, Math.expm1],
      [log, Math.log],
      [log1p, Math.log1p],
      [sin, Math.sin],
      [cos, Math.cos],
      [tanh, Math.tanh],
    ] as const) {
      expect(distance(f(x), reference(x)), `${f.name}(${x})`).toBeLessThanOrEqual(1);
      if (reference(x) === 0) expect(f(x), `${f.name}(${x})`).toBe(reference(x));
    }
    for (const y of [...borders, 0.5, -0.5, 2, 3, -3, 1e17]) {
      const one = x === 1 || (x === -1 && Math.abs(y) === Infinity);
      expect(pow(x, y), `pow(${x}, ${y})`).toBe(one ? 1 : x ** y);
    }
  }
  expect([NaN, Infinity, -Infinity, -0, 0].map(erf)).toEqual([NaN, 1, -1, -0, 0]);
});

test("pow() differs from the engine's by at most 1 unit over a wide plane", () => {
  let largest = 0;
  for (let i = 0; i < 200_000; i++) {
    const x = 2 ** (((i * 0.61803398875) % 1) * 40 - 20);
    const y = ((i * 0.7548776662) % 1) * 60 - 30;
    largest = Math.max(largest, distance(pow(x, y), x ** y));
  }
  expect(largest).toBeLessThanOrEqual(2);
});
