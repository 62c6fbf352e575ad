import { describe, expect, test } from "vitest";
import { hasBuild, machine } from "./machine.ts";
import type { Argument } from "./machine.ts";

/** An activation in float64, and the gradient kernel that belongs to it. */
interface Case {
  readonly gradient: string;
  readonly reads: "x" | "y";
  readonly scalars: readonly number[];
  readonly f: (x: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logOnePlus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const between = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

const CASES: Readonly<Record<string, Case>> = {
  tanh: { gradient: "tanhGrad", reads: "y", scalars: [], f: Math.tanh },
  sigmoid: { gradient: "sigmoidGrad", reads: "y", scalars: [], f: sigmoid },
  abs: { gradient: "absGrad", reads: "x", scalars: [], f: Math.abs },
  relu6: { gradient: "relu6Grad", reads: "y", scalars: [], f: (x) => between(x, 0, 6) },
  leakyRelu: {
    gradient: "leakyReluGrad",
    reads: "x",
    scalars: [0.3],
    f: (x) => (x > 0 ? x : 0.3 * x),
  },
  elu: {
    gradient: "eluGrad",
    reads: "x",
    scalars: [0.7],
    f: (x) => (x > 0 ? x : 0.7 * Math.expm1(x)),
  },
  celu: {
    gradient: "celuGrad",
    reads: "x",
    scalars: [0.7],
    f: (x) => (x > 0 ? x : 0.7 * Math.expm1(x / 0.7)),
  },
  selu: {
    gradient: "seluGrad",
    reads: "x",
    scalars: [],
    f: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  },
  geluTanh: {
    gradient: "geluTanhGrad",
    reads: "x",
    scalars: [],
    f: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  },
  silu: { gradient: "siluGrad", reads: "x", scalars: [], f: (x) => x * sigmoid(x) },
  mish: { gradient: "mishGrad", reads: "x", scalars: [], f: (x) => x * Math.tanh(logOnePlus(x)) },
  softplus: {
    gradient: "softplusGrad",
    reads: "x",
    scalars: [2, 30],
    f: (x) => logOnePlus(2 * x) / 2,
  },
  logSigmoid: { gradient: "logSigmoidGrad", reads: "x", scalars: [], f: (x) => -logOnePlus(-x) },
  softsign: { gradient: "softsignGrad", reads: "x", scalars: [], f: (x) => x / (1 + Math.abs(x)) },
  hardSigmoid: {
    gradient: "hardSigmoidGrad",
    reads: "x",
    scalars: [],
    f: (x) => between(x + 3, 0, 6) / 6,
  },
  hardSwish: {
    gradient: "hardSwishGrad",
    reads: "x",
    scalars: [],
    f: (x) => (x * between(x + 3, 0, 6)) / 6,
  },
  clamp: { gradient: "clampGrad", reads: "x", scalars: [-1, 2.5], f: (x) => between(x, -1, 2.5) },
};

/** x P(x) of 50-digit arithmetic. */
const TAIL: readonly (readonly [number, number])[] = [
  [-1, -0.15865525393145705],
  [-1.5, -0.1002108019032871],
  [-2.5, -0.015524163314440337],
  [-4, -0.0001266849673324797],
  [-5, -1.4332578593959695e-6],
  [-6.5, -2.6104003795084267e-10],
  [-8, -4.976768459417427e-15],
  [-10, -7.619853024160526e-23],
];

/** 4003 points off the kinks (multiples of 1/2), which central differences would straddle. */
const xs = Float32Array.from({ length: 4003 }, (_, i) => -14.03 + i * 0.007).filter(
  (x) => Math.abs(x * 2 - Math.round(x * 2)) > 1e-3,
);

describe.each(["simd", "relaxed"].filter(hasBuild))("%s", (build) => {
  const m = machine(build);

  test.each(Object.entries(CASES))("%s() and its gradient are those of its formula", (name, c) => {
    m.reset();
    const scalars: Argument[] = c.scalars.map((f32) => ({ f32 }));
    const n = xs.length;
    const px = m.floats(xs);
    const py = m.alloc(n * 4);
    m.call(name, [px, py, ...scalars], n);
    const pdy = m.floats(new Float32Array(n).fill(1.5));
    const pdx = m.alloc(n * 4);
    m.call(c.gradient, [c.reads === "x" ? px : py, pdy, pdx, ...scalars], n);
    const y = m.read(py, n);
    const dx = m.read(pdx, n);
    let worst = 0;
    let worstGradient = 0;
    xs.forEach((x, i) => {
      const exact = c.f(x);
      const h = 1e-5;
      const slope = (1.5 * (c.f(x + h) - c.f(x - h))) / (2 * h);
      worst = Math.max(worst, Math.abs(y[i]! - exact) / Math.max(1, Math.abs(exact)));
      worstGradient = Math.max(worstGradient, Math.abs(dx[i]! - slope));
    });
    expect(worst).toBeLessThan(3e-7);
    expect(worstGradient).toBeLessThan(1e-6);

    // In place, on the same inputs: the same bits.
    m.call(name, [px, px, ...scalars], n);
    expect(m.read(px, n)).toEqual(y);
    m.call(c.gradient, [c.reads === "x" ? m.floats(xs) : py, pdy, pdy, ...scalars], n);
    expect(m.read(pdy, n)).toEqual(dx);
  });

  test("gelu() keeps five digits in its far negative tail", () => {
    const tail = TAIL;
    m.reset();
    const px = m.floats(tail.map(([x]) => x));
    m.call("gelu", [px, px], tail.length);
    m.read(px, tail.length).forEach((got, i) => {
      const [x, exact] = tail[i]!;
      expect(Math.abs(got / exact - 1), `gelu(${x})`).toBeLessThan(2e-5);
    });
  });
});
