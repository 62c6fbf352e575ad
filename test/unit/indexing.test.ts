import { expect, test } from "vitest";
import { type SymbolicTensor, leaf } from "../../src/graph/symbolic.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { broadcastTo, tile } from "../../src/ops/broadcastTo.ts";
import { concat } from "../../src/ops/concat.ts";
import { einsum } from "../../src/ops/einsum.ts";
import { gather, gatherElements } from "../../src/ops/gather.ts";
import { gatherNd } from "../../src/ops/gatherNd.ts";
import { pad } from "../../src/ops/pad.ts";
import { scatter, scatterElements } from "../../src/ops/scatter.ts";
import { slice } from "../../src/ops/slice.ts";
import { split } from "../../src/ops/split.ts";
import { stack } from "../../src/ops/stack.ts";
import { stopGradient } from "../../src/ops/stopGradient.ts";
import { sum } from "../../src/ops/sum.ts";
import { valueAndGrad } from "../../src/plan/trace.ts";
import type { DType, Shape } from "../../src/shape.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const of = (shape: Shape, dtype: DType = "float32"): SymbolicTensor =>
  leaf("input", "x", shape, dtype);
const x = of([3, 5]);
const indices = of([2], "int32");

test("stopGradient() passes its input on and no gradient", async () => {
  const f = valueAndGrad((v) => sum(add(mul(v, stopGradient(v)), v)));
  const { value, gradients } = await f([3, -2]);
  expect(value).toBe(14);
  expect(gradients[0]!.array()).toEqual([4, -1]);
});

test("an index outside of x is NaN in the result and nothing in the gradient", async () => {
  const f = valueAndGrad((v, i) => sum(gather(v, i)), { by: [0] });
  const { value, gradients } = await f([1, 2], tensor([0, 5, -1], [3], "int32"));
  expect(value).toBeNaN();
  expect(gradients[0]!.array()).toEqual([1, 0]);
});

test("an update outside of x is left out, and has no gradient", async () => {
  const f = valueAndGrad((v, i, u) => sum(scatter(v, i, u)), { by: [0, 2] });
  const { value, gradients } = await f([1, 2], tensor([1, 7], [2], "int32"), [10, 20]);
  expect(value).toBe(11);
  expect(gradients.map((t) => t.array())).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test("gradients of scatters that multiply or choose say what to use", () => {
  const run = valueAndGrad((v, i, u) => sum(scatterElements(v, i, u, { reduction: "mul" })), {
    by: [0],
  });
  return expect(run([1, 2], tensor([1], [1], "int32"), [3])).rejects.toThrow(
    'gradient: "scatterElements" has no gradient with reduction "mul"; use "none" or "add"',
  );
});

test.each<[string, () => unknown]>([
  [
    "slice: begin 2 and size 4 must lie in axis 1 of [3, 5]",
    () => slice(x, { axis: 1, begin: 2, size: 4 }),
  ],
  ["slice: takes size or end, got both", () => slice(x, { size: 1, end: 2 })],
  ["slice: axis must lie in [-2, 1], got 2", () => slice(x, { axis: 2 })],
  ["slice: each axis must be named once, got [0, 0]", () => slice(x, { axis: [0, -2] })],
  ["slice: begin must be a whole number and step one that is not 0", () => slice(x, { step: 0 })],
  ["concat: inputs must agree in dtype and in all axes but 0", () => concat(x, of([3, 4]))],
  ["concat: inputs must agree in dtype", () => concat(x, of([3, 5], "int32"))],
  ["concat: takes at least one input, got none", () => concat({ axis: 0 })],
  ["stack: inputs must have one shape and dtype", () => stack(x, of([5, 3]))],
  [
    "split: takes parts that divide axis 1 of [3, 5], or sizes",
    () => split(x, { axis: 1, parts: 2 }),
  ],
  ["or sizes that add up to it", () => split(x, { axis: 1, sizes: [2, 2] })],
  [
    "pad: paddings must be two whole numbers >= 0 for each axis",
    () => pad(x, { paddings: [[1, -1]] }),
  ],
  [
    'pad: a "reflect" margin must come from axis 0 of [3, 5], got [3, 0]',
    () =>
      pad(x, {
        paddings: [
          [3, 0],
          [0, 0],
        ],
        mode: "reflect",
      }),
  ],
  [
    'pad: mode must be "constant"',
    () =>
      pad(x, {
        paddings: [
          [1, 0],
          [0, 0],
        ],
        mode: "mirror" as "wrap",
      }),
  ],
  ["tile: repeats must be a whole number >= 0 for each axis", () => tile(x, { repeats: [2] })],
  ["broadcastTo: [3, 5] must broadcast to [5]", () => broadcastTo(x, [5])],
  ["gather: indices must be int32, got float32; use cast()", () => gather(x, of([2]))],
  ["gatherElements: indices must have the rank of x", () => gatherElements(x, indices)],
  [
    "gatherNd: the last axis of the indices must hold 1 to 2 coordinates",
    () => gatherNd(x, of([1, 3], "int32")),
  ],
  [
    "scatter: updates must be float32[2, 5], got float32[2, 4]",
    () => scatter(x, indices, of([2, 4])),
  ],
  [
    "scatter: reduction must be one of none, add, mul, max, min",
    () => scatter(x, indices, of([2, 5]), { reduction: "sum" as "add" }),
  ],
  ['einsum "ij,jk": must have one term for each of 1 tensors, got 2', () => einsum("ij,jk", x)],
  ['einsum "ijk": "ijk" must name each axis of a tensor of 2 axes', () => einsum("ijk", x)],
  [
    'einsum "ij,ij": axis "i" must have one length, got 3 and 2',
    () => einsum("ij,ij", x, of([2, 5])),
  ],
  [
    'einsum "ij->ik": the result must name axes of the tensors once, got "k"',
    () => einsum("ij->ik", x),
  ],
  ['einsum "i1": a term must be letters', () => einsum("i1", x)],
])("%s", (message, build) => {
  expect(build).toThrow(message);
});
