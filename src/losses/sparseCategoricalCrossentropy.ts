import { softmax } from "../ops/activations/softmax.ts";
import { sparseSoftmaxCrossentropy } from "../ops/softmaxCrossentropy.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyOptions {
  /** The output is logits, not probabilities. Default false. */
  fromLogits: boolean;
}

/**
 * `-log p[label]` for integer labels. An output that comes from softmax is fused with it, so that
 * nothing is lost where a probability rounds to 0.
 */
export const sparseCategoricalCrossentropy: (options?: Partial<SparseCategoricalCrossentropyOptions>) => Loss =
  /* @__PURE__ */ defineLoss<SparseCategoricalCrossentropyOptions>({
    name: "sparseCategoricalCrossentropy",
    defaults: { fromLogits: false },
    labels: "indices",
    call: (target, output, { fromLogits }) => {
      if (fromLogits) return sparseSoftmaxCrossentropy(output, target);
      if (output.node?.op === softmax.definition) return sparseSoftmaxCrossentropy(output.node.inputs[0]!, target);
      return sparseSoftmaxCrossentropy(output, target); // TODO log of clipped probabilities
    },
  });
