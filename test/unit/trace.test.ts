import { expect, test } from "vitest";
import { relu } from "../../src/ops/activations/relu.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { sum } from "../../src/ops/sum.ts";
import { compute, trace, valueAndGrad } from "../../src/plan/trace.ts";

test("compute() runs one op on nested arrays", async () => {
  expect((await compute(relu, [-1, 2])).array()).toEqual([0, 2]);
  expect(
    (
      await compute(
        add,
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        [10, 20, 30],
      )
    ).array(),
  ).toEqual([
    [11, 22, 33],
    [14, 25, 36],
  ]);
});

test("trace() compiles a function of symbolic tensors once for each shape", async () => {
  const f = trace((x, w) => relu(matmul(x, w)));
  expect((await f([[1, 2]], [[3], [4]])).array()).toEqual([[11]]);
  expect(
    (
      await f(
        [
          [1, 2],
          [-1, -2],
        ],
        [[3], [4]],
      )
    ).array(),
  ).toEqual([[11], [0]]);
});

test("valueAndGrad() gives the gradient of a sum of squares", async () => {
  const { value, gradients } = await valueAndGrad((w) => sum(mul(w, w)))([1, 2]);
  expect(value).toBe(5);
  expect(gradients[0]!.array()).toEqual([2, 4]);
});
