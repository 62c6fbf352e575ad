import { add, mul } from "../../../src/ops/binary.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { mean } from "../../../src/ops/mean.ts";
import { sparseSoftmaxCrossentropy } from "../../../src/ops/softmaxCrossentropy.ts";
import { stopGradient } from "../../../src/ops/stopGradient.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** Golden names of graph.json. */
export const graphOps: GoldenOps = {
  detach: ({ x }) => add(mul(x!, stopGradient(x!)), x!),
  mlp: ({ x, w1, b1, w2, b2, y }) => {
    const logits = matmul(relu(matmul(x, w1, b1)), w2, b2);
    return mean(sparseSoftmaxCrossentropy(logits, y));
  },
};
