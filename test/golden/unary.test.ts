import { afterAll, describe, expect, test } from "vitest";
import { hasBuild, machine } from "../unit/machine.ts";
import type { Argument } from "../unit/machine.ts";
import { decode, goldenCases, goldenRatio } from "./golden.ts";
import type { GoldenCase } from "./golden.ts";

/** Kernels of an op: what stands between the inputs and the size, and what the gradient reads. */
interface Kernels {
  readonly forward: string;
  readonly gradient?: string;
  readonly reads?: "x" | "y";
  readonly scalars?: readonly string[];
}

/** PyTorch's, where a case leaves an attribute out. */
const DEFAULTS: Readonly<Record<string, number>> = {
  slope: 0.01,
  alpha: 1,
  beta: 1,
  threshold: 20,
};

const KERNELS: Readonly<Record<string, Kernels>> = {
  relu: { forward: "relu", gradient: "reluGrad", reads: "y" },
  relu6: { forward: "relu6", gradient: "relu6Grad", reads: "y" },
  selu: { forward: "selu", gradient: "seluGrad", reads: "x" },
  silu: { forward: "silu", gradient: "siluGrad", reads: "x" },
  mish: { forward: "mish", gradient: "mishGrad", reads: "x" },
  hardswish: { forward: "hardSwish", gradient: "hardSwishGrad", reads: "x" },
  hardsigmoid: { forward: "hardSigmoid", gradient: "hardSigmoidGrad", reads: "x" },
  tanh: { forward: "tanh", gradient: "tanhGrad", reads: "y" },
  sigmoid: { forward: "sigmoid", gradient: "sigmoidGrad", reads: "y" },
  log_sigmoid: { forward: "logSigmoid", gradient: "logSigmoidGrad", reads: "x" },
  softsign: { forward: "softsign", gradient: "softsignGrad", reads: "x" },
  leaky_relu: { forward: "leakyRelu", gradient: "leakyReluGrad", reads: "x", scalars: ["slope"] },
  elu: { forward: "elu", gradient: "eluGrad", reads: "x", scalars: ["alpha"] },
  celu: { forward: "celu", gradient: "celuGrad", reads: "x", scalars: ["alpha"] },
  softplus: {
    forward: "softplus",
    gradient: "softplusGrad",
    reads: "x",
    scalars: ["beta", "threshold"],
  },
  clamp: { forward: "clamp", gradient: "clampGrad", reads: "x", scalars: ["min", "max"] },
  abs: { forward: "abs", gradient: "absGrad", reads: "x" },
  exp: { forward: "exp" },
  expm1: { forward: "expm1" },
  neg: { forward: "neg" },
  square: { forward: "square" },
  sin: { forward: "sin" },
  cos: { forward: "cos" },
  erf: { forward: "erf" },
  log: { forward: "log" },
  log1p: { forward: "log1p" },
  log2: { forward: "log2" },
  sqrt: { forward: "sqrt" },
  rsqrt: { forward: "rsqrt" },
  reciprocal: { forward: "reciprocal" },
  floor: { forward: "floor" },
  ceil: { forward: "ceil" },
  round: { forward: "round" },
  sign: { forward: "sign" },
  trunc: { forward: "trunc" },
};

function kernelsOf(c: GoldenCase): Kernels {
  if (c.op !== "gelu") return KERNELS[c.op]!;
  return c.attrs["approximate"] === "tanh"
    ? { forward: "geluTanh", gradient: "geluTanhGrad", reads: "x" }
    : { forward: "gelu", gradient: "geluGrad", reads: "x" };
}

describe.each(["simd", "relaxed"].filter(hasBuild))("%s", (build) => {
  const m = machine(build);
  let worst = 0;
  let at = "";
  let forwards = 0;
  let gradients = 0;
  const note = (ratio: number, what: string): void => {
    if (ratio > worst) {
      worst = ratio;
      at = what;
    }
  };

  for (const file of ["unary", "unary_kink", "unary_special"]) {
    const cases = goldenCases(`ops/${file}.json`);
    if (!cases) test.skip(`${file} matches PyTorch`, () => {});
    test.each(cases ?? [])(`${file} $op $id matches PyTorch`, (c) => {
      const { forward, gradient, reads, scalars = [] } = kernelsOf(c);
      const extra: Argument[] = scalars.map((name) => ({
        f32: Number(c.attrs[name] ?? DEFAULTS[name]),
      }));
      const x = decode(c.inputs["x"]!);
      m.reset();
      const px = m.floats(x);
      const py = m.alloc(x.length * 4);
      m.call(forward, [px, py, ...extra], x.length);
      const f32 = c.outputs_f32?.["y"] && decode(c.outputs_f32["y"]);
      const expected = decode(c.outputs["y"]!);
      const ratio = goldenRatio(m.read(py, x.length), expected, c.torch_f32_err["y"]!.max_abs, f32);
      note(ratio, `${c.op} ${c.id}`);
      expect(ratio).toBeLessThanOrEqual(1);
      forwards++;

      if (gradient && c.grads && c.cotangents) {
        const pdy = m.floats(decode(c.cotangents["y"]!));
        m.call(gradient, [reads === "y" ? py : px, pdy, pdy, ...extra], x.length);
        const g32 = c.grads_f32?.["x"] && decode(c.grads_f32["x"]);
        const error = c.torch_f32_err["grad:x"]!.max_abs;
        const gradRatio = goldenRatio(m.read(pdy, x.length), decode(c.grads["x"]!), error, g32);
        note(gradRatio, `${c.op} ${c.id} gradient`);
        expect(gradRatio, "gradient").toBeLessThanOrEqual(1);
        gradients++;
      }
    });
  }

  afterAll(() => {
    console.log(
      `${build}: ${forwards} outputs, ${gradients} gradients; largest error/bound ${worst} (${at})`,
    );
  });
});
