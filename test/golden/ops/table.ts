import { attentionOps } from "./attention.ts";
import { binaryOps } from "./binary.ts";
import { convolutionOps } from "./convolution.ts";
import type { GoldenOps } from "./goldenOps.ts";
import { graphOps } from "./graph.ts";
import { indexOps } from "./index.ts";
import { lossOps } from "./loss.ts";
import { matmulOps } from "./matmul.ts";
import { normOps } from "./norm.ts";
import { poolOps } from "./pool.ts";
import { reduceOps } from "./reduce.ts";
import { resizeOps } from "./resize.ts";
import { rnnOps } from "./rnn.ts";
import { softmaxOps } from "./softmax.ts";
import { unaryOps } from "./unary.ts";

/** Every golden op that is a graph of ours, by its golden name. */
export const goldenOps: GoldenOps = {
  ...attentionOps,
  ...binaryOps,
  ...convolutionOps,
  ...graphOps,
  ...indexOps,
  ...lossOps,
  ...matmulOps,
  ...normOps,
  ...poolOps,
  ...reduceOps,
  ...resizeOps,
  ...rnnOps,
  ...softmaxOps,
  ...unaryOps,
};
