import { expect, test } from "vitest";
import { leaf } from "../../src/graph/symbolic.ts";
import { relu } from "../../src/ops/activations/relu.ts";
import { add } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { sum } from "../../src/ops/sum.ts";
import { variance } from "../../src/ops/variance.ts";
import { compile } from "../../src/plan/plan.ts";
import { compute } from "../../src/plan/trace.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { tensor } from "../../src/tensor/tensor.ts";

test("sum() of ten million tenths is right to 1e-6, along rows and along columns", async () => {
  const n = 10_000_000;
  const x = new Float32Array(n).fill(0.1);
  const expected = n * Math.fround(0.1);
  for (const shape of [[n], [n / 4, 4]]) {
    const y = await compute(
      (t: SymbolicTensor) => sum(sum(t, { axis: 0, keepDims: true })),
      tensor(x, shape),
    );
    expect(Math.abs(y.item() / expected - 1)).toBeLessThan(1e-6);
  }
});

test("variance() keeps its digits where the mean is large", async () => {
  const x = Float32Array.from({ length: 1000 }, (_, i) => 1e5 + (i % 2));
  expect((await compute(variance as Parameters<typeof compute>[0], x)).item()).toBeCloseTo(0.25, 6);
});

test("compile() puts bias and relu into the product of a batch and a matrix", () => {
  const [x, w, b] = [
    leaf("input", "x", [2, 3, 5]),
    leaf("input", "w", [5, 7]),
    leaf("input", "b", [7]),
  ];
  const plan = compile({
    name: "test",
    inputs: [x, w, b],
    outputs: { y: relu(add(matmul(x, w), b)) },
  });
  expect(plan.schedule.nodes.map((node) => [node.op.name, node.attrs["activation"]])).toEqual([
    ["matmul", "relu"],
  ]);
});
