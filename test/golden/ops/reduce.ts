import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { argMax, argMin } from "../../../src/ops/argMax.ts";
import { cumsum } from "../../../src/ops/cumsum.ts";
import { max, min } from "../../../src/ops/max.ts";
import { mean } from "../../../src/ops/mean.ts";
import { norm } from "../../../src/ops/norm.ts";
import { prod } from "../../../src/ops/prod.ts";
import type { ReduceOptions } from "../../../src/ops/reduce.ts";
import { sum } from "../../../src/ops/sum.ts";
import { type Sorted, sort, topK } from "../../../src/ops/topK.ts";
import { std, variance } from "../../../src/ops/variance.ts";
import type { GoldenOps } from "./goldenOps.ts";

type Reduce = (x: SymbolicTensor, options: ReduceOptions) => SymbolicTensor;

const over =
  (op: Reduce): GoldenOps[string] =>
  ({ x }, { axes, keepdims }) =>
    op(x!, { axis: (axes ?? undefined) as number[] | undefined, keepDims: keepdims === true });

const along =
  (op: (x: SymbolicTensor, options: { axis: number }) => SymbolicTensor): GoldenOps[string] =>
  ({ x }, { axis }) =>
    op(x!, { axis: axis as number });

const both = ({ values, indices }: Sorted): Record<string, SymbolicTensor> => ({
  y: values,
  indices,
});

/** Golden names of reduce.json. */
export const reduceOps: GoldenOps = {
  sum: over(sum),
  mean: over(mean),
  amax: over(max),
  amin: over(min),
  var_unbiased: over((x, options) => variance(x, { ...options, correction: 1 })),
  var_biased: over(variance),
  std_unbiased: over((x, options) => std(x, { ...options, correction: 1 })),
  norm2: over(norm),
  norm1: over((x, options) => norm(x, { ...options, order: 1 })),
  norm_inf: over((x, options) => norm(x, { ...options, order: Infinity })),
  prod: along(prod),
  cumsum: along(cumsum),
  argmax: along(argMax),
  argmin: along(argMin),
  sort: ({ x }, { axis }) => both(sort(x!, { axis: axis as number })),
  topk: ({ x }, { axis, k }) => both(topK(x!, { axis: axis as number, k: k as number })),
};
