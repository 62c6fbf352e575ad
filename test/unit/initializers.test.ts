import { describe, expect, test } from "vitest";
import { constant, ones, zeros } from "../../src/initializers/constants.ts";
import { glorotNormal } from "../../src/initializers/glorotNormal.ts";
import { glorotUniform } from "../../src/initializers/glorotUniform.ts";
import { heNormal } from "../../src/initializers/heNormal.ts";
import { heUniform } from "../../src/initializers/heUniform.ts";
import { identity } from "../../src/initializers/identity.ts";
import { lecunNormal } from "../../src/initializers/lecunNormal.ts";
import { lecunUniform } from "../../src/initializers/lecunUniform.ts";
import { orthogonal } from "../../src/initializers/orthogonal.ts";
import { randomNormal } from "../../src/initializers/randomNormal.ts";
import { randomUniform } from "../../src/initializers/randomUniform.ts";
import { truncatedNormal } from "../../src/initializers/truncatedNormal.ts";
import { varianceScaling } from "../../src/initializers/varianceScaling.ts";

const SHAPE = [300, 200];
const N = 60_000;

/** Mean and standard deviation, and the largest magnitude. */
function moments(data: ArrayLike<number>): { mean: number; std: number; largest: number } {
  const values = Array.from(data);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return { mean, std, largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

const untruncated = { distribution: "untruncatedNormal" } as const;

describe("statistics over 60,000 elements, within 4 standard errors", () => {
  test.each([
    ["glorotUniform", glorotUniform(), Math.sqrt(2 / 500), Math.sqrt(3)],
    ["glorotNormal", glorotNormal(), Math.sqrt(2 / 500), 2 / 0.87962566],
    ["heUniform", heUniform(), Math.sqrt(2 / 300), Math.sqrt(3)],
    ["heNormal", heNormal(), Math.sqrt(2 / 300), 2 / 0.87962566],
    ["lecunUniform", lecunUniform(), Math.sqrt(1 / 300), Math.sqrt(3)],
    ["lecunNormal", lecunNormal(), Math.sqrt(1 / 300), 2 / 0.87962566],
    ["heNormal, untruncated", heNormal(untruncated), Math.sqrt(2 / 300), 6],
    ["glorotNormal, untruncated", glorotNormal(untruncated), Math.sqrt(2 / 500), 6],
    [
      "varianceScaling",
      varianceScaling({ scale: 3, mode: "fanOut", distribution: "uniform" }),
      Math.sqrt(3 / 200),
      Math.sqrt(3),
    ],
    ["randomUniform", randomUniform({ minimum: -1, maximum: 1 }), 1 / Math.sqrt(3), Math.sqrt(3)],
    ["randomNormal", randomNormal({ stddev: 2 }), 2, 6],
    // Without the correction: stddev is that of the normal before the cut.
    ["truncatedNormal", truncatedNormal({ stddev: 2 }), 2 * 0.87962566, 2 / 0.87962566],
  ] as const)("%s() has its mean, its deviation and its bound", (_, initializer, std, width) => {
    const got = moments(initializer(SHAPE).data);
    expect(Math.abs(got.mean)).toBeLessThan((4 * std) / Math.sqrt(N));
    expect(Math.abs(got.std - std)).toBeLessThan((4 * std) / Math.sqrt(2 * N));
    expect(got.largest).toBeLessThanOrEqual(std * width * (1 + 2 ** -23));
    // The largest of 60,000 lies near the bound; a normal's beyond 3.5 deviations.
    expect(got.largest).toBeGreaterThan(width === 6 ? 3.5 * std : 0.99 * std * width);
  });
});

test("heNormal() restores the variance that truncation takes, unlike TensorFlow.js", () => {
  const { std } = moments(heNormal()(SHAPE).data);
  const uncorrected = 0.87962566 * Math.sqrt(2 / 300);
  expect(std / uncorrected).toBeGreaterThan(1.12);
});

test("means are shifted by `mean`", () => {
  expect(moments(randomNormal({ mean: 5, stddev: 1 })(SHAPE).data).mean).toBeCloseTo(5, 1);
  expect(moments(truncatedNormal({ mean: -5, stddev: 1 })(SHAPE).data).mean).toBeCloseTo(-5, 1);
});

test("a seed fixes every bit, and another seed gives other numbers", () => {
  for (const make of [heNormal, orthogonal, glorotUniform]) {
    expect([...make({ seed: 3 })([7, 5]).data]).toEqual([...make({ seed: 3 })([7, 5]).data]);
    expect([...make({ seed: 4 })([7, 5]).data]).not.toEqual([...make({ seed: 3 })([7, 5]).data]);
  }
});

describe("orthogonal()", () => {
  test.each([[[5, 5]], [[7, 3]], [[3, 7]], [[3, 3, 2, 4]], [[1, 6]], [[64, 32]]])(
    "%j has orthogonal columns or rows of length gain",
    (shape) => {
      const gain = 1.5;
      const columns = shape.at(-1)!;
      const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
      const { data } = orthogonal({ gain, seed: 1 })(shape);
      const at = (r: number, c: number): number => data[r * columns + c]!;
      const tall = rows >= columns;
      const [short, long] = tall ? [columns, rows] : [rows, columns];
      for (let i = 0; i < short; i++) {
        for (let j = 0; j < short; j++) {
          let dot = 0;
          for (let k = 0; k < long; k++) dot += tall ? at(k, i) * at(k, j) : at(i, k) * at(j, k);
          // Elements are rounded to float32: each product is off by 2^-23 of gain^2 at most.
          expect(Math.abs(dot - (i === j ? gain ** 2 : 0))).toBeLessThan(gain ** 2 * 2 ** -22);
        }
      }
    },
  );

  test("has no preferred sign: diagonals are positive as often as negative", () => {
    let positive = 0;
    for (let seed = 0; seed < 400; seed++)
      if (orthogonal({ seed })([3, 3]).data[0]! > 0) positive++;
    // 4 standard errors of a fair coin.
    expect(Math.abs(positive - 200)).toBeLessThan(40);
  });

  test("needs two axes", () => {
    expect(() => orthogonal()([5])).toThrow("orthogonal: shape must have at least 2 axes, got [5]");
  });
});

test("zeros(), ones(), constant() and identity() are what they say", () => {
  expect(zeros()([2]).array()).toEqual([0, 0]);
  expect(ones()([2]).array()).toEqual([1, 1]);
  expect(constant({ value: 2.5 })([2]).array()).toEqual([2.5, 2.5]);
  expect(identity({ gain: 2 })([2, 3]).array()).toEqual([
    [2, 0, 0],
    [0, 2, 0],
  ]);
  expect(() => identity()([2])).toThrow("identity: shape must have 2 axes, got [2]");
});

test("options that cannot be are named", () => {
  expect(() => varianceScaling({ scale: 0 })).toThrow("varianceScaling: scale must be > 0, got 0");
  expect(() => varianceScaling({ mode: "fan_in" as "fanIn" })).toThrow(
    'varianceScaling: unknown mode "fan_in"; it is "fanIn" here',
  );
  expect(() => heNormal({ distribution: "normal" as "truncatedNormal" })).toThrow(
    'heNormal: unknown distribution "normal"',
  );
  expect(() => randomNormal({ stddev: -1 })).toThrow("randomNormal: stddev must be >= 0, got -1");
  expect(() => randomUniform({ minimum: 1, maximum: 0 })).toThrow(
    "randomUniform: minimum must not be above maximum, got 1 and 0",
  );
});
