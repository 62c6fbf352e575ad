import { ShapeError } from "../errors.ts";
import { type EmitContext, type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { add, mul, sub } from "./binary.ts";
import { sumTo } from "./broadcastTo.ts";
import { neg } from "./neg.ts";
import { normBlocks } from "./normBlocks.ts";
import { normSecond, statisticsGrad } from "./normSecond.ts";
import { reshape } from "./reshape.ts";
import { rsqrt } from "./unary.ts";

type NormAttrs = { groups: number; epsilon: number };

/** n, s, groups, channels of a group. */
function dimsOf([n, s, c]: Shape, groups: number): [number, number, number, number] {
  return [n!, s!, groups, groups === 0 ? 0 : c! / groups];
}

/** Scratch of the kernels: rows of coefficients. */
function scratch([x]: readonly Shape[]): number {
  return 4 * normBlocks(x!).pitch;
}

/** Whether the means are of channels, not of groups of several. */
function single(x: Shape, { groups }: NormAttrs): boolean {
  return groups === x[2];
}

const normalizeGrad: Op<NormAttrs> = /* @__PURE__ */ defineOp<NormAttrs>({
  name: "normalizeGrad",
  inputs: ["x", "dy", "mean", "rstd", "gamma?"],
  outputs: ["dx", "dgamma", "dbeta"],
  attrs: { groups: 1, epsilon: 1e-3 },
  shape: ([x]) => [x!, [x![2]!], [x![2]!]],
  emit: (k, b, { shapes, attrs: { groups } }) => {
    const [n, , c] = shapes["x"]! as [number, number, number];
    const { size, blockSize, width, blocks } = normBlocks(shapes["x"]!);
    if (c === 0) return;
    const [x, dy, mean, rstd] = [b["x"]!, b["dy"]!, b["mean"]!, b["rstd"]!];
    const [products, sums] = n === 1 ? [b["dgamma"]!, b["dbeta"]!] : [b["products"]!, b["sums"]!];
    k.normGradBlocks(x, dy, mean, b["partial"]!, size, blockSize, width, c, groups, blocks);
    k.normGradSums(b["partial"]!, rstd, products, sums, size, blockSize, width, c, groups, n * c);
    k.normGradApply(
      x,
      dy,
      mean,
      rstd,
      b["gamma"]!,
      products,
      sums,
      b["dx"]!,
      size,
      blockSize,
      width,
      c,
      groups,
      blocks,
    );
    if (n === 1) return;
    k.reduceSum(products, b["dgamma"]!, n, c, c);
    k.reduceSum(sums, b["dbeta"]!, n, c, c);
  },
  grad: ({ inputs: [x, dy, , , gamma], attrs: { groups, epsilon }, douts }) => {
    const dims = dimsOf(x!.shape, groups);
    const second = { x: x!, dy: dy!, gamma: gamma ?? null, dims, epsilon, centered: true, douts };
    const [byX, byDy, byGamma] = normSecond(second);
    // The statistics are functions of x, and their part is in its gradient.
    return [byX, byDy, null, null, byGamma];
  },
  workspace: ([x]) => {
    const { blocks, pitch } = normBlocks(x!);
    const rows = 4 * x![0]! * x![2]!;
    return { partial: 2 * blocks * pitch, ...(x![0] !== 1 && { products: rows, sums: rows }) };
  },
  scratch,
  inPlace: 1,
  flops: ([x]) => 10 * sizeOf(x!),
});

/** Normalizes [n, s, c] over s and the channels of each group: see assembly/ops/groupNorm.ts. */
const normalize: Op<NormAttrs> = /* @__PURE__ */ defineOp<NormAttrs>({
  name: "normalize",
  inputs: ["x", "gamma?", "beta?"],
  outputs: ["y", "mean", "variance", "rstd"],
  attrs: { groups: 1, epsilon: 1e-3 },
  shape: ([x], { groups }) => {
    const statistics = [x![0]!, groups];
    return [x!, statistics, statistics, statistics];
  },
  emit: (k, b, { shapes, attrs }) => {
    const [n, , c] = shapes["x"]! as [number, number, number];
    const { groups, epsilon } = attrs;
    const { size, blockSize, width, blocks } = normBlocks(shapes["x"]!);
    if (c === 0) return;
    const alone = single(shapes["x"]!, attrs);
    const [mean, variance, rstd] = [b["mean"]!, b["variance"]!, b["rstd"]!];
    const [means, variances, rstds] = alone
      ? [mean, variance, rstd]
      : [b["means"]!, b["variances"]!, b["rstds"]!];
    k.normBlocks(b["x"]!, b["partial"]!, size, blockSize, width, blocks);
    k.normMoments(
      b["partial"]!,
      means,
      variances,
      rstds,
      size,
      blockSize,
      width,
      c,
      epsilon,
      n * c,
    );
    if (!alone)
      k.normGroups(means, variances, mean, variance, rstd, c / groups, epsilon, n * groups);
    k.normApply(
      b["x"]!,
      mean,
      rstd,
      b["gamma"]!,
      b["beta"]!,
      b["y"]!,
      size,
      blockSize,
      width,
      c,
      groups,
      blocks,
    );
  },
  grad: ({ inputs: [x, gamma, beta], outputs, attrs, dout, douts, needs }) => {
    const first = normalizeGrad(x, dout, outputs[1], outputs[3], gamma, attrs);
    const [dx, dgamma, dbeta] = first.node!.outputs;
    const more = needs(0)
      ? statisticsGrad(x!, outputs.slice(1), douts.slice(1), dimsOf(x!.shape, attrs.groups))
      : null;
    return [more ? add(dx, more) : dx!, gamma ? dgamma! : null, beta ? dbeta! : null];
  },
  workspace: ([x], attrs) => {
    const { blocks, pitch } = normBlocks(x!);
    const rows = 4 * x![0]! * x![2]!;
    const channels = { means: rows, variances: rows, rstds: rows };
    return { partial: 3 * blocks * pitch, ...(!single(x!, attrs) && channels) };
  },
  scratch,
  flops: ([x]) => 8 * sizeOf(x!),
});

/** Normalizes [n, s, c] with statistics that are given. */
const applyStatistics: Op = /* @__PURE__ */ defineOp({
  name: "applyStatistics",
  inputs: ["x", "mean", "rstd", "gamma?", "beta?"],
  shape: ([x]) => x!,
  emit: (k, { x, mean, rstd, gamma, beta, out }, { shapes }: EmitContext<object>) => {
    const [, , c] = shapes["x"]! as [number, number, number];
    const { size, blockSize, width, blocks } = normBlocks(shapes["x"]!);
    if (c === 0) return;
    k.normApply(x!, mean!, rstd!, gamma!, beta!, out!, size, blockSize, width, c, c, blocks);
  },
  grad: ({ inputs: [x, mean, rstd, gamma, beta], dout, needs }) => {
    const c = [x!.shape[2]!];
    const scale = gamma ? mul(rstd!, gamma) : rstd!;
    const dx = needs(0) || needs(1) ? mul(dout, scale) : null;
    const product = needs(2) || needs(3) ? sumTo(mul(dout, sub(x!, mean!)), c) : null;
    return [
      dx,
      needs(1) ? neg(sumTo(dx!, c)) : null,
      needs(2) ? (gamma ? mul(product!, gamma) : product) : null,
      gamma && needs(3) ? mul(product!, rstd!) : null,
      beta && needs(4) ? sumTo(dout, c) : null,
    ];
  },
  scratch,
  inPlace: 0,
  flops: ([x]) => 3 * sizeOf(x!),
});

/** What a normalization gives: the result, and the statistics by which it was made. */
export interface Normalized {
  y: SymbolicTensor;
  mean: SymbolicTensor;
  /** Sum of squares about the mean, over the number of elements. */
  variance: SymbolicTensor;
}

/** Attributes of a normalization. */
export interface NormOptions {
  /** Added to the variance. Default 1e-3, as in Keras. */
  epsilon?: number;
}

/** Attributes of groupNorm. */
export interface GroupNormOptions extends NormOptions {
  /** Number of groups of neighbouring channels; -1: each channel, which is instance norm. Default 32. */
  groups?: number;
}

type Given = SymbolicTensor | null | undefined;

/** Checks that a factor or an offset has one number a channel. @throws ShapeError @internal */
export function checkChannels(subject: string, x: Shape, factors: Record<string, Given>): void {
  const c = x.at(-1);
  if (x.length < 2) {
    throw new ShapeError(
      `${subject}: input must have at least 2 axes [batch, ..., channels], got ${printShape(x)}`,
    );
  }
  for (const [name, t] of Object.entries(factors)) {
    if (t && (t.shape.length !== 1 || t.shape[0] !== c)) {
      throw new ShapeError(
        `${subject}: ${name} must have one number a channel, [${c}], got ${printShape(t.shape)}`,
      );
    }
  }
}

/**
 * Batch normalization in training, channel by channel over all other axes:
 * `y = (x - mean) / sqrt(variance + epsilon) gamma + beta`. The variance is biased. NaN stays in its channel.
 * Statistics are summed in blocks about a mean of their own, and the blocks in f64: no digits are lost where
 * the mean is large. Source: Ioffe & Szegedy 2015, algorithm 1.
 *
 * x: float32[batch, ..., channels]; gamma, beta: float32[channels], 1 and 0 where they are left out.
 */
export function batchNorm(
  x: SymbolicTensor,
  gamma?: Given,
  beta?: Given,
  { epsilon = 1e-3 }: NormOptions = {},
): Normalized {
  checkChannels("batchNorm", x.shape, { gamma, beta });
  const c = x.shape.at(-1)!;
  const rows = sizeOf(x.shape.slice(0, -1));
  const flat = reshape(x, { shape: [1, rows, c] });
  const [y, mean, variance] = normalize(flat, gamma, beta, { groups: c, epsilon }).node!.outputs;
  return {
    y: reshape(y, { shape: x.shape }),
    mean: reshape(mean, { shape: [c] }),
    variance: reshape(variance, { shape: [c] }),
  };
}

/**
 * Batch normalization by statistics that are given, as in evaluation:
 * `y = (x - mean) / sqrt(variance + epsilon) gamma + beta`, one number a channel each.
 */
export function batchNormInference(
  x: SymbolicTensor,
  mean: SymbolicTensor,
  variance: SymbolicTensor,
  gamma?: Given,
  beta?: Given,
  { epsilon = 1e-3 }: NormOptions = {},
): SymbolicTensor {
  checkChannels("batchNormInference", x.shape, { mean, variance, gamma, beta });
  const flat = reshape(x, { shape: [1, sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!] });
  const y = applyStatistics(flat, mean, rsqrt(add(variance, epsilon)), gamma, beta);
  return reshape(y, { shape: x.shape });
}

/**
 * Group normalization: each sample over its positions and the channels of each group.
 * `y = (x - mean) / sqrt(variance + epsilon) gamma + beta`. Source: Wu & He 2018.
 *
 * x: float32[batch, ..., channels]; gamma, beta: float32[channels], 1 and 0 where they are left out.
 *
 * @throws ShapeError where the groups do not divide the channels
 */
export function groupNorm(
  x: SymbolicTensor,
  gamma?: Given,
  beta?: Given,
  { groups = 32, epsilon = 1e-3 }: GroupNormOptions = {},
): SymbolicTensor {
  checkChannels("groupNorm", x.shape, { gamma, beta });
  const [n, c] = [x.shape[0]!, x.shape.at(-1)!];
  const count = groups === -1 ? c : groups;
  if (!Number.isInteger(count) || (count < 1 && c > 0) || c % Math.max(1, count) !== 0) {
    throw new ShapeError(
      `groupNorm: groups must divide the ${c} channels, got ${groups}; -1 takes each channel alone`,
    );
  }
  const flat = reshape(x, { shape: [n, sizeOf(x.shape.slice(1, -1)), c] });
  return reshape(normalize(flat, gamma, beta, { groups: count, epsilon }), { shape: x.shape });
}
