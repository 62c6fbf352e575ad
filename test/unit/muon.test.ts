import { expect, it } from "vitest";
import { muon } from "../../src/optim/muon.ts";

type Matrix = number[][];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const mixed = (a: number, x: Matrix, b: number, y: Matrix): Matrix =>
  x.map((row, i) => row.map((v, j) => a * v + b * y[i]![j]!));

/** Five steps in f64, as the paper writes them: products of the whole gram matrix. */
function orthogonalized(g: Matrix): Matrix {
  const norm = Math.sqrt(g.flat().reduce((sum, x) => sum + x * x, 0));
  let x = g.map((row) => row.map((v) => v / norm));
  for (let i = 0; i < 5; i++) {
    const gram = product(x, transposed(x));
    x = mixed(3.4445, x, 1, product(mixed(-4.775, gram, 2.0315, product(gram, gram)), x));
  }
  return x;
}

it.each([
  [1, 1],
  [3, 5],
  [5, 3],
  [17, 7],
  [1, 7],
  [16, 16],
])("muon() of [%i, %i] follows Newton and Schulz in f64 for three steps", async (rows, columns) => {
  const w = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1));
  const [rate, decay, momentum] = [0.1, 0.2, 0.9];
  let expected: Matrix = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => w[i * columns + j]!),
  );
  let m = mixed(0, expected, 0, expected);
  const optimizer = muon({ learningRate: rate, weightDecay: decay, momentum });
  const run = optimizer.init([w], { shapes: [[rows, columns]] });
  for (let t = 1; t <= 3; t++) {
    const g = Float32Array.from(w, (_, i) => Math.cos(i * i + t));
    const matrix = expected.map((row, i) => row.map((_, j) => g[i * columns + j]!));
    await run.step([w], [g]);
    m = mixed(momentum, m, 1 - momentum, matrix);
    const u = orthogonalized(mixed(1 - momentum, matrix, momentum, m));
    const adjusted = Math.sqrt(Math.max(1, columns / rows));
    expected = mixed(1 - rate * decay, expected, -rate * adjusted, u);
    // The iteration is expansive: it multiplies an error of f32 by up to 3.4 in each of its five steps.
    expected.flat().forEach((e, i) => expect(Math.abs(w[i]! - e)).toBeLessThan(2e-5));
  }
});
