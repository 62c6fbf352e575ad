import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add, div, mul } from "../../../src/ops/binary.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { mean } from "../../../src/ops/mean.ts";
import { sparseSoftmaxCrossentropy } from "../../../src/ops/softmaxCrossentropy.ts";
import { stopGradient } from "../../../src/ops/stopGradient.ts";
import { sum } from "../../../src/ops/sum.ts";
import { exp } from "../../../src/ops/unary.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** A node of which two branches meet again: e^h over 1 and the sum of its row, times h. */
function diamond({ x, w }: Parameters<GoldenOps[string]>[0]): SymbolicTensor {
  const h = matmul(x, w);
  const e = exp(h);
  const shares = div(e, add(sum(e, { axis: -1, keepDims: true }), 1));
  return matmul(shares, h, { transposeB: true });
}

/** Golden names of graph.json. */
export const graphOps: GoldenOps = {
  diamond,
  detach: ({ x }) => add(mul(x!, stopGradient(x!)), x!),
  mlp: ({ x, w1, b1, w2, b2, y }) => {
    const logits = matmul(relu(matmul(x, w1, b1)), w2, b2);
    return mean(sparseSoftmaxCrossentropy(logits, y));
  },
};
