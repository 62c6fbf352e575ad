import { logSoftmax } from "../../../src/ops/activations/logSoftmax.ts";
import { softmax } from "../../../src/ops/activations/softmax.ts";
import { logSumExp } from "../../../src/ops/logSumExp.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** Golden names of softmax.json. */
export const softmaxOps: GoldenOps = {
  softmax: ({ x }, { axis }) => softmax(x, { axis: axis as number }),
  log_softmax: ({ x }, { axis }) => logSoftmax(x, { axis: axis as number }),
  logsumexp: ({ x }, { axis }) => logSumExp(x!, { axis: axis as number }),
};
