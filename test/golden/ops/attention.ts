import { attention } from "../../../src/ops/attention.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** PyTorch's [batch, heads, length, d] to ours, or back. */
function swapHeads(x: SymbolicTensor): SymbolicTensor {
  return transpose(x, { permutation: [0, 2, 1, 3] });
}

/** Golden names of attention.json. */
export const attentionOps: GoldenOps = {
  sdpa: ({ q, k, v, mask }, { causal }) =>
    swapHeads(
      attention(swapHeads(q!), swapHeads(k!), swapHeads(v!), mask, { causal: causal as boolean }),
    ),
};
