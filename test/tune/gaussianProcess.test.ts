import { expect, test } from "vitest";
import { Random } from "../../src/math/random.ts";
import {
  expectedImprovement,
  logExpectedImprovement,
  logExpectedImprovementSlopes,
  millsRatio,
} from "../../src/tune/gaussianProcess/acquisition.ts";
import { fitHyper } from "../../src/tune/gaussianProcess/fitHyper.ts";
import { GaussianProcess } from "../../src/tune/gaussianProcess/gaussianProcess.ts";

const random = new Random(11);
const n = 12;
const x = Float64Array.from({ length: 3 * n }, (_, i) =>
  i % 3 === 2 ? random.integer(3) : random.uniform(),
);
const y = Float64Array.from({ length: n }, () => random.normal());
const observations = { x, y, discrete: [false, false, true] };
const at = (scales: number[], variance: number, noise: number): GaussianProcess =>
  new GaussianProcess(observations, { scales: Float64Array.from(scales), variance, noise });

test("the likelihood's gradient is that of finite differences", () => {
  const logs = [-0.7, 0.2, 0.1, 0.3, -2];
  const value = (w: number[]): GaussianProcess => {
    const e = w.map((v) => Math.exp(v));
    return at(e.slice(0, 3), e[3]!, e[4]!);
  };
  const gradient = value(logs).likelihoodGradient();
  logs.forEach((_, i) => {
    const [up, down] = [1e-5, -1e-5].map(
      (h) => value(logs.map((v, j) => (i === j ? v + h : v))).logMarginalLikelihood,
    );
    expect(gradient[i]!).toBeCloseTo((up! - down!) / 2e-5, 5);
  });
});

test("gradients of mean and deviation are those of finite differences; choices have none", () => {
  const gp = at([0.5, 0.9, 1.2], 1.3, 1e-3);
  const point = Float64Array.of(0.3, 0.6, 1);
  const [dm, ds] = [new Float64Array(3), new Float64Array(3)];
  const { mean, std } = gp.predictWithGradient(point, dm, ds);
  expect(gp.predict(point).mean).toBeCloseTo(mean, 12);
  expect(gp.predict(point).std).toBeCloseTo(std, 12);
  expect([dm[2], ds[2]]).toEqual([0, 0]);
  for (const i of [0, 1]) {
    const moved = (h: number): { mean: number; std: number } =>
      gp.predict(point.map((v, j) => (i === j ? v + h : v)));
    expect(dm[i]!).toBeCloseTo((moved(1e-5).mean - moved(-1e-5).mean) / 2e-5, 6);
    expect(ds[i]!).toBeCloseTo((moved(1e-5).std - moved(-1e-5).std) / 2e-5, 6);
  }
});

test("the logarithm of the expected improvement goes on where the improvement is 0", () => {
  for (const z of [3, 0.5, 0, -0.5, -1, -1.5, -3, -8]) {
    expect(logExpectedImprovement(-z, 1, 0)).toBeCloseTo(
      Math.log(expectedImprovement(-z, 1, 0)),
      9,
    );
  }
  expect(expectedImprovement(60, 1, 0)).toBe(0);
  expect(logExpectedImprovement(60, 1, 0)).toBeCloseTo(
    -1800 - Math.log(Math.sqrt(2 * Math.PI) * 3600),
    2,
  );
  expect(Number.isFinite(logExpectedImprovement(1e7, 1, 0))).toBe(true);
  for (const [m, s] of [
    [0.3, 0.7],
    [4, 0.9],
    [-2, 0.5],
  ] as const) {
    const { value, byMean, byStd } = logExpectedImprovementSlopes(m, s, 0.1);
    const f = (a: number, b: number): number => logExpectedImprovement(a, b, 0.1);
    expect(value).toBeCloseTo(f(m, s), 12);
    expect(byMean).toBeCloseTo((f(m + 1e-6, s) - f(m - 1e-6, s)) / 2e-6, 5);
    expect(byStd).toBeCloseTo((f(m, s + 1e-6) - f(m, s - 1e-6)) / 2e-6, 5);
  }
});

test("Mills's ratio is continuous where its formulas meet", () => {
  expect(millsRatio(-2 - 1e-12) / millsRatio(-2 + 1e-12)).toBeCloseTo(1, 9);
  // 1 / x - 1 / x^3 + 3 / x^5 - 15 / x^7
  expect(millsRatio(-50)).toBeCloseTo(1 / 50 - 1 / 50 ** 3 + 3 / 50 ** 5 - 15 / 50 ** 7, 12);
});

test("a fit finds which parameter counts", () => {
  const points = Float64Array.from({ length: 80 }, () => random.uniform());
  const values = Float64Array.from({ length: 40 }, (_, i) => Math.sin(6 * points[2 * i]!) * 1.4);
  const { scales, noise } = fitHyper({ x: points, y: values, discrete: [false, false] });
  expect(scales[1]!).toBeGreaterThan(3 * scales[0]!);
  expect(noise).toBeLessThan(1e-2);
});
