import { neg } from "../ops/neg.ts";
import { cosine } from "../ops/rowLosses.ts";
import { type Loss, defineLoss } from "./defineLoss.ts";

/**
 * `-y . t / (|y| |t|)` over the last axis: -1 where they point the same way, 1 where opposite. 0 where either
 * is 0.
 */
export const cosineSimilarity: (options?: Record<never, never>) => Loss =
  /* @__PURE__ */ defineLoss({
    name: "cosineSimilarity",
    defaults: {},
    labels: "values",
    call: (target, output) => neg(cosine(output, target)),
  });
