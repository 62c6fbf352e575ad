import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import {
  absoluteError,
  binaryCrossentropyOfProbabilities,
  huberError,
  klDivergence,
  sigmoidCrossentropy,
  squaredError,
} from "../../../src/ops/elementLosses.ts";
import { fill } from "../../../src/ops/fill.ts";
import { neg } from "../../../src/ops/neg.ts";
import { oneHot } from "../../../src/ops/oneHot.ts";
import { cosine } from "../../../src/ops/rowLosses.ts";
import {
  softmaxCrossentropy,
  sparseSoftmaxCrossentropy,
} from "../../../src/ops/softmaxCrossentropy.ts";
import { sum } from "../../../src/ops/sum.ts";
import { exp, sqrt } from "../../../src/ops/unary.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";

type Inputs = Readonly<Record<string, SymbolicTensor>>;
type LossAttrs = Readonly<Record<string, unknown>>;

function full(value: number, shape: Shape): SymbolicTensor {
  return fill(constant(value), { shape });
}

function reduced(x: SymbolicTensor, reduction: unknown = "mean"): SymbolicTensor {
  if (reduction === "none") return x;
  if (reduction === "sum") return sum(x);
  return div(sum(x), reduction === "batchmean" ? x.shape[0]! : sizeOf(x.shape));
}

/** Weight of each row's label; 0 where the label is ignored, because it lies outside the classes. */
function rowWeights(labels: SymbolicTensor, weight: SymbolicTensor): SymbolicTensor {
  return sum(mul(oneHot(labels, { classes: weight.shape[0]! }), weight), { axis: 1 });
}

function crossEntropy({ logits, target, weight }: Inputs, attrs: LossAttrs): SymbolicTensor {
  const classes = logits!.shape[1]!;
  const smoothing = Number(attrs["label_smoothing"]);
  if (weight) {
    const hot = mul(oneHot(target!, { classes }), weight);
    const rows = softmaxCrossentropy(logits!, hot);
    return attrs["reduction"] === "sum"
      ? sum(rows)
      : div(sum(rows), sum(rowWeights(target!, weight)));
  }
  if (smoothing === 0)
    return reduced(sparseSoftmaxCrossentropy(logits!, target!), attrs["reduction"]);
  const off = smoothing / classes;
  const soft = oneHot(target!, { classes, on: 1 - smoothing + off, off });
  return reduced(softmaxCrossentropy(logits!, soft), attrs["reduction"]);
}

function bceWithLogits({ logits, target, pos_weight }: Inputs, attrs: LossAttrs): SymbolicTensor {
  if (!pos_weight) return reduced(sigmoidCrossentropy(logits!, target!), attrs["reduction"]);
  const yes = sigmoidCrossentropy(logits!, full(1, logits!.shape));
  const no = sigmoidCrossentropy(logits!, full(0, logits!.shape));
  const both = add(mul(mul(target!, pos_weight), yes), mul(sub(1, target!), no));
  return reduced(both, attrs["reduction"]);
}

function klDiv(
  { logq, p, logp }: Inputs,
  { reduction, log_target: logTarget }: LossAttrs,
): SymbolicTensor {
  if (logTarget) return reduced(mul(exp(logp!), sub(logp!, logq!)), reduction);
  const entropy = klDivergence(full(1, p!.shape), p!, { epsilon: 0 });
  return reduced(sub(entropy, mul(p!, logq!)), reduction);
}

/** Euclidean distance of rows with PyTorch's 1e-6 added to each difference. */
function distance(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return sqrt(sum(squaredError(add(a, 1e-6), b), { axis: 1 }));
}

/** `yes` where y is 1 and `no` where it is -1. */
function choose(y: SymbolicTensor, yes: SymbolicTensor, no: SymbolicTensor): SymbolicTensor {
  const share = mul(add(y, 1), 0.5);
  return add(mul(share, yes), mul(sub(1, share), no));
}

/** PyTorch's losses, made of ours. */
export const lossOps: Readonly<
  Record<string, (inputs: Inputs, attrs: LossAttrs) => SymbolicTensor>
> = {
  cross_entropy: crossEntropy,
  cross_entropy_probs: ({ logits, target }, attrs) =>
    reduced(softmaxCrossentropy(logits!, target!), attrs["reduction"]),
  nll: ({ logp, target }, attrs) => {
    const hot = oneHot(target!, { classes: logp!.shape[1]! });
    return reduced(neg(sum(mul(hot, logp!), { axis: 1 })), attrs["reduction"]);
  },
  mse: ({ pred, target }, attrs) => reduced(squaredError(pred!, target!), attrs["reduction"]),
  l1: ({ pred, target }, attrs) => reduced(absoluteError(pred!, target!), attrs["reduction"]),
  huber: ({ pred, target }, attrs) =>
    reduced(huberError(pred!, target!, { delta: Number(attrs["delta"]) }), attrs["reduction"]),
  smooth_l1: ({ pred, target }, attrs) => {
    const beta = Number(attrs["beta"]);
    return reduced(div(huberError(pred!, target!, { delta: beta }), beta), attrs["reduction"]);
  },
  bce: ({ prob, target }, attrs) =>
    reduced(binaryCrossentropyOfProbabilities(prob!, target!, { epsilon: 0 }), attrs["reduction"]),
  bce_with_logits: bceWithLogits,
  kl_div: klDiv,
  cosine_embedding: ({ a, b, y }, { margin }) => {
    const angle = cosine(a!, b!);
    return reduced(choose(y!, sub(1, angle), relu(sub(angle, Number(margin)))));
  },
  triplet_margin: ({ a, p, n }, { margin }) =>
    reduced(relu(add(sub(distance(a!, p!), distance(a!, n!)), Number(margin)))),
  hinge_embedding: ({ x, y }, { margin }) => reduced(choose(y!, x!, relu(sub(Number(margin), x!)))),
};
