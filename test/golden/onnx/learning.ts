import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { logSoftmax } from "../../../src/ops/activations/logSoftmax.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import { broadcastTo } from "../../../src/ops/broadcastTo.ts";
import { cast } from "../../../src/ops/cast.ts";
import { equal } from "../../../src/ops/compare.ts";
import { gather, gatherElements } from "../../../src/ops/gather.ts";
import { batchNorm, batchNormInference, groupNorm } from "../../../src/ops/groupNorm.ts";
import { mean } from "../../../src/ops/mean.ts";
import { neg } from "../../../src/ops/neg.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { sum } from "../../../src/ops/sum.ts";
import { sqrt, square } from "../../../src/ops/unary.ts";
import { where } from "../../../src/ops/where.ts";
import { channelsFirst, channelsLast } from "../ops/channels.ts";
import { type NodeCall, type Operators, Unsupported, numberOf } from "./node.ts";

/** Loss of integer targets from logarithms of probabilities [batch, classes, ...]. */
function likelihood(node: NodeCall, logp: SymbolicTensor): SymbolicTensor {
  const [, target, weight] = node.x;
  const ignored = node.attrs["ignore_index"];
  const beside = reshape(target, { shape: target!.shape.toSpliced(1, 0, 1) });
  const chosen = reshape(gatherElements(logp, beside, { axis: 1, missing: "zero" }), {
    shape: target!.shape,
  });
  const own = weight
    ? gather(weight, target!, { missing: "zero" })
    : broadcastTo(constant(1), target!.shape);
  const share =
    typeof ignored === "number"
      ? where(equal(target!, constant(Int32Array.of(ignored), [])), constant(0), own)
      : own;
  const losses = neg(mul(chosen, share));
  const reduction = node.attrs["reduction"] ?? "mean";
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : div(sum(losses), sum(share));
}

/** Learning rate after `T` steps, parameters, gradients with the penalty, and slots of ONNX's optimizers. */
function training(node: NodeCall): {
  rate: number;
  steps: number;
  x: SymbolicTensor;
  g: SymbolicTensor;
  slots: readonly SymbolicTensor[];
} {
  const [, , x, gradient, ...slots] = node.x as readonly SymbolicTensor[];
  return {
    rate: node.values(0)![0]!,
    steps: node.values(1)![0]!,
    x: x!,
    g: add(mul(x!, numberOf(node, "norm_coefficient", 0)), gradient),
    slots,
  };
}

/** ONNX's losses, normalizations and updates. */
export const learningOperators: Operators = {
  NegativeLogLikelihoodLoss: (node) => likelihood(node, node.x[0]!),
  SoftmaxCrossEntropyLoss: (node) => {
    const logp = logSoftmax(node.x[0], { axis: 1 });
    return [likelihood(node, logp), logp];
  },
  BatchNormalization: (node) => {
    const [x, scale, bias, m, v] = node.x as readonly SymbolicTensor[];
    const options = { epsilon: numberOf(node, "epsilon", 1e-5) };
    if (node.attrs["training_mode"] !== 1)
      return channelsFirst(batchNormInference(channelsLast(x!), m!, v!, scale, bias, options));
    const made = batchNorm(channelsLast(x!), scale, bias, options);
    const momentum = numberOf(node, "momentum", 0.9);
    const moved = (old: SymbolicTensor, now: SymbolicTensor): SymbolicTensor =>
      add(mul(old, momentum), mul(now, 1 - momentum));
    return [channelsFirst(made.y), moved(m!, made.mean), moved(v!, made.variance)];
  },
  GroupNormalization: (node) => {
    const [x, scale, bias] = node.x as readonly SymbolicTensor[];
    const groups = node.attrs["num_groups"] as number;
    const options = { groups, epsilon: numberOf(node, "epsilon", 1e-5) };
    return channelsFirst(groupNorm(channelsLast(x!), scale, bias, options));
  },
  InstanceNormalization: (node) => {
    const [x, scale, bias] = node.x as readonly SymbolicTensor[];
    const options = { groups: -1, epsilon: numberOf(node, "epsilon", 1e-5) };
    return channelsFirst(groupNorm(channelsLast(x!), scale, bias, options));
  },
  Dropout: (node) => {
    const x = node.x[0]!;
    const rate = node.values(1)?.[0] ?? numberOf(node, "ratio", 0.5);
    if ((node.values(2)?.[0] ?? 0) !== 0 && rate !== 0)
      throw new Unsupported("dropout by NumPy's generator");
    const kept = broadcastTo(constant(1), x.shape);
    return [x, cast(kept, { dtype: "bool" })];
  },
  Adagrad: (node) => {
    const { rate, steps, x, g, slots } = training(node);
    const h = add(slots[0], square(g));
    const now = rate / (1 + steps * numberOf(node, "decay_factor", 0));
    const root = add(sqrt(h), numberOf(node, "epsilon", 0));
    return [sub(x, div(mul(g, now), root)), h];
  },
  Adam: (node) => {
    const { rate, steps, x, g, slots } = training(node);
    const [alpha, beta] = [numberOf(node, "alpha", 0.9), numberOf(node, "beta", 0.999)];
    const v = add(mul(slots[0], alpha), mul(g, 1 - alpha));
    const h = add(mul(slots[1], beta), mul(square(g), 1 - beta));
    const corrected =
      steps > 0 ? (rate * Math.sqrt(1 - beta ** steps)) / (1 - alpha ** steps) : rate;
    const step = div(mul(v, corrected), add(sqrt(h), numberOf(node, "epsilon", 0)));
    return [mul(sub(x, step), 1 - numberOf(node, "norm_coefficient_post", 0)), v, h];
  },
  Momentum: (node) => {
    const { rate, steps, x, g, slots } = training(node);
    const alpha = numberOf(node, "alpha", 0);
    const v = add(mul(slots[0], alpha), mul(g, steps > 0 ? numberOf(node, "beta", 1) : 1));
    const direction = node.attrs["mode"] === "nesterov" ? add(g, mul(v, alpha)) : v;
    return [sub(x, mul(direction, rate)), v];
  },
  GlobalAveragePool: ({ x: [x] }) =>
    mean(x!, { axis: [...x!.shape.keys()].slice(2), keepDims: true }),
};
