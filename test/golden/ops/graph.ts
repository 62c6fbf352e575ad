import { add, mul } from "../../../src/ops/binary.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { conv2d } from "../../../src/ops/conv2d.ts";
import { batchNorm } from "../../../src/ops/groupNorm.ts";
import { maxPool2d } from "../../../src/ops/pool.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { mean } from "../../../src/ops/mean.ts";
import { sparseSoftmaxCrossentropy } from "../../../src/ops/softmaxCrossentropy.ts";
import { stopGradient } from "../../../src/ops/stopGradient.ts";
import type { GoldenOps } from "./goldenOps.ts";

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
  detach: ({ x }) => add(mul(x!, stopGradient(x!)), x!),
  mlp: ({ x, w1, b1, w2, b2, y }) => {
    const logits = matmul(relu(matmul(x, w1, b1)), w2, b2);
    return mean(sparseSoftmaxCrossentropy(logits, y));
  },
};
