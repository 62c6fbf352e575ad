import { gradient } from "../../src/autograd/gradient.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { Engine } from "../../src/kernels/engine.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";
import { OpRun, runOnce } from "./opRun.ts";
import { type Sample, draw, drawInputs } from "./sample.ts";

type Build = (...xs: SymbolicTensor[]) => readonly SymbolicTensor[];

/** Steps of the central differences; twice it is less than the distance from kinks (0.05). */
const STEP = 2 ** -6;
/** Relative error of one output that the bound allows for: 4 ulp, as the worst of our functions (sin) has. */
const OUTPUT_ERROR = 8 * 2 ** -24;
/** Smaller outputs count as this large: a tail may be the difference of numbers near 1, as 1 + erf(x) is. */
const SMALL = 1;
/** Relative error of the gradient itself, which is a chain of kernels of that accuracy. */
const GRADIENT_ERROR = 2 ** -17;
/** Elements of an input that are tried; the others follow by the same code. */
const TRIED = 24;

/**
 * Compares the gradient of sum(out c), c random, with differences of the outputs.
 *
 * The sum is taken in float64 on the host, and inputs and steps are exact in float32, so what is left is
 *   - rounding of the outputs that moved: OUTPUT_ERROR times their magnitude (at least SMALL), over the step:
 *     6e-5 for outputs near 1;
 *   - truncation: Richardson's extrapolation (4 D(h) - D(2h)) / 3 leaves a small part of
 *     |D(h) - D(2h)|, of which an eighth is allowed;
 *   - the rounding of the gradient.
 */
function compareGradients(
  engine: Engine,
  name: string,
  build: Build,
  inputs: readonly Tensor[],
  by: readonly number[],
): void {
  const random = new TestRandom(3);
  const first = runOnce(engine, build, inputs);
  const cotangents = first.map((t) =>
    draw(random, t.shape, { from: -1, to: 1, avoid: [0] }, "float32"),
  );
  const gradients = runOnce(
    engine,
    (...all) => {
      const xs = all.slice(0, inputs.length);
      const terms = build(...xs).map((t, i) => sum(mul(t, all[inputs.length + i]!)));
      return gradient(
        terms.reduce((a, b) => add(a, b)),
        by.map((i) => xs[i]!),
      );
    },
    [...inputs, ...cotangents],
  );
  const run = new OpRun(
    engine,
    build,
    inputs.map((t) => t.shape),
    inputs.map((t) => t.dtype),
  );
  const outputsAt = (data: Tensor["data"], i: number, x: number): Tensor[] => {
    const kept = data[i]!;
    data[i] = x;
    const out = run.run(inputs);
    data[i] = kept;
    return out;
  };
  /** (f(x + h) - f(x - h)) / 2h, and how far rounding may have moved it. */
  const central = (data: Tensor["data"], i: number, h: number): [number, number] => {
    const [up, down] = [outputsAt(data, i, data[i]! + h), outputsAt(data, i, data[i]! - h)];
    let [difference, moved] = [0, 0];
    cotangents.forEach((c, k) => {
      const [a, b] = [up[k]!.data, down[k]!.data];
      c.data.forEach((weight, j) => {
        if (a[j] === b[j]) return;
        difference += weight * (a[j]! - b[j]!);
        moved += Math.abs(weight) * Math.max(Math.abs(a[j]!), Math.abs(b[j]!), SMALL);
      });
    });
    return [difference / (2 * h), (moved * OUTPUT_ERROR) / h];
  };
  by.forEach((index, k) => {
    const { data } = inputs[index]!;
    const stride = Math.max(1, Math.ceil(data.length / TRIED));
    for (let i = random.integer(stride); i < data.length; i += stride) {
      const [near, noise] = central(data, i, STEP);
      const [far] = central(data, i, 2 * STEP);
      const expected = (4 * near - far) / 3;
      const got = gradients[k]!.data[i]!;
      const bound =
        2 * noise +
        Math.abs(near - far) / 8 +
        GRADIENT_ERROR * Math.max(Math.abs(expected), 2 ** -6);
      if (Math.abs(got - expected) <= bound) continue;
      throw new Error(
        `${name}: gradient by input ${index}, element ${i} (x = ${data[i]}) must be ${expected} within ${bound}, got ${got}`,
      );
    }
  });
  run.free();
}

/** Gradients agree with central differences. */
export function checkGradient(engine: Engine, s: Sample): void {
  if (s.differentiable.length === 0) return;
  compareGradients(engine, s.name, (...xs) => [s.build(...xs)], drawInputs(s, 4), s.differentiable);
}

/** Gradients of the gradients agree with central differences; or gradient() names the op that has none. */
export function checkSecondGradient(engine: Engine, s: Sample): void {
  if (s.differentiable.length === 0) return;
  const inputs = drawInputs(s, 5);
  const out = runOnce(engine, (...xs) => [s.build(...xs)], inputs)[0]!;
  const cotangent = draw(new TestRandom(6), out.shape, { from: -1, to: 1 }, "float32");
  const build: Build = (...xs) =>
    gradient(
      s.build(...xs.slice(0, -1)),
      s.differentiable.map((i) => xs[i]!),
      xs.at(-1)!,
    );
  const name = `gradient of ${s.name}`;
  let thrown = "";
  try {
    compareGradients(
      engine,
      name,
      build,
      [...inputs, cotangent],
      [...s.differentiable, inputs.length],
    );
  } catch (error) {
    thrown = (error as Error).message;
  }
  if (s.case.secondOrder !== false) {
    if (/has no gradient/.test(thrown))
      thrown += "; give it one, or say secondOrder: false in the case";
    if (thrown) throw new Error(thrown);
  } else if (!/^gradient: "\w+" has no gradient/.test(thrown)) {
    throw new Error(
      `${name}: the case says secondOrder: false, so gradient() must name an op without gradient, got ${thrown || "none"}`,
    );
  }
}
