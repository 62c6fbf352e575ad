import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add, div, mul } from "../../../src/ops/binary.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { tanh } from "../../../src/ops/activations/tanh.ts";
import { conv2d } from "../../../src/ops/conv2d.ts";
import { batchNorm } from "../../../src/ops/groupNorm.ts";
import { maxPool2d } from "../../../src/ops/pool.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { transpose } from "../../../src/ops/transpose.ts";
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
  cnn: ({ x, k, g, b, w, c, y }) => {
    const images = transpose(x!, { permutation: [0, 2, 3, 1] });
    const kernel = transpose(k!, { permutation: [2, 3, 1, 0] });
    const maps = conv2d(images, kernel, { padding: "same" });
    const pooled = maxPool2d(relu(batchNorm(maps, g, b, { epsilon: 1e-5 }).y));
    const flat = reshape(transpose(pooled, { permutation: [0, 3, 1, 2] }), {
      shape: [x!.shape[0]!, -1],
    });
    const logits = matmul(flat, w, c, { transposeB: true });
    return mean(sparseSoftmaxCrossentropy(logits, y));
  },
  diamond,
  detach: ({ x }) => add(mul(x!, stopGradient(x!)), x!),
  reuse: ({ x }) => mul(tanh(add(mul(x, x), x)), sum(x!, { axis: 0, keepDims: true })),
  mlp: ({ x, w1, b1, w2, b2, y }) => {
    const logits = matmul(relu(matmul(x, w1, b1)), w2, b2);
    return mean(sparseSoftmaxCrossentropy(logits, y));
  },
};
