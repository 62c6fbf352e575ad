import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { logSoftmax } from "../../../src/ops/activations/logSoftmax.ts";
import { softmax } from "../../../src/ops/activations/softmax.ts";
import { argMax, argMin } from "../../../src/ops/argMax.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import { broadcastTo } from "../../../src/ops/broadcastTo.ts";
import { cast } from "../../../src/ops/cast.ts";
import { cumsum } from "../../../src/ops/cumsum.ts";
import { logSumExp } from "../../../src/ops/logSumExp.ts";
import { max, min } from "../../../src/ops/max.ts";
import { mean } from "../../../src/ops/mean.ts";
import { norm } from "../../../src/ops/norm.ts";
import { oneHot } from "../../../src/ops/oneHot.ts";
import { prod } from "../../../src/ops/prod.ts";
import { cumprod } from "../../../src/ops/recurrence.ts";
import type { ReduceOptions } from "../../../src/ops/reduce.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { flip } from "../../../src/ops/slice.ts";
import { sum } from "../../../src/ops/sum.ts";
import { topK } from "../../../src/ops/topK.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { log, rsqrt, square } from "../../../src/ops/unary.ts";
import { variance } from "../../../src/ops/variance.ts";
import { sizeOf } from "../../../src/shape.ts";
import { inFloat } from "./elements.ts";
import { type NodeCall, type Operator, type Operators, listAt, numberOf } from "./node.ts";

type Reduce = (x: SymbolicTensor, options: ReduceOptions) => SymbolicTensor;

const reduce =
  (op: Reduce): Operator =>
  (node) => {
    const axes = listAt(node, "axes", 1) ?? [];
    const keepDims = numberOf(node, "keepdims", 1) === 1;
    if (axes.length === 0 && node.attrs["noop_with_empty_axes"] === 1) return node.x[0]!;
    return inFloat(node.x[0]!, (x) => op(x, { keepDims, ...(axes.length > 0 && { axis: axes }) }));
  };

/** Ours refuse to choose from nothing; ONNX gives what every element would beat. */
const chosen =
  (op: Reduce, otherwise: number): Reduce =>
  (x, options) => {
    if (sizeOf(x.shape) > 0) return op(x, options);
    return broadcastTo(constant(otherwise), sum(x, options).shape);
  };

/** The last of equals is the first from the end. */
const choose =
  (
    op: (x: SymbolicTensor, options: { axis: number; keepDims: boolean }) => SymbolicTensor,
  ): Operator =>
  (node) => {
    const x = node.x[0]!;
    const axis = numberOf(node, "axis", 0);
    const options = { axis, keepDims: numberOf(node, "keepdims", 1) === 1 };
    if (node.attrs["select_last_index"] !== 1) return op(x, options);
    const index = op(flip(x, { axis }), options);
    return inFloat(index, (i) => sub(x.shape.at(axis)! - 1, i));
  };

const running =
  (op: typeof cumsum): Operator =>
  (node) =>
    inFloat(node.x[0]!, (x) =>
      op(x, {
        axis: node.values(1)![0]!,
        exclusive: node.attrs["exclusive"] === 1,
        reverse: node.attrs["reverse"] === 1,
      }),
    );

/** Before operator set 13 all axes from `axis` on were one. */
const rows =
  (op: (x: SymbolicTensor, options: { axis: number }) => SymbolicTensor): Operator =>
  (node) => {
    const x = node.x[0]!;
    if (node.opset >= 13) return op(x, { axis: numberOf(node, "axis", -1) });
    const axis = numberOf(node, "axis", 1);
    const flat = reshape(x, {
      shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))],
    });
    return reshape(op(flat, { axis: -1 }), { shape: x.shape });
  };

/** The axes from `axis` to the last. */
function lastAxes(x: SymbolicTensor, axis: number): number[] {
  const first = axis < 0 ? axis + x.shape.length : axis;
  return x.shape.flatMap((_, i) => (i >= first ? [i] : []));
}

function layerNormalization(node: NodeCall): SymbolicTensor[] {
  const [x, scale, bias] = node.x;
  const options = { axis: lastAxes(x!, numberOf(node, "axis", -1)), keepDims: true };
  const m = mean(x!, options);
  const inverse = rsqrt(add(variance(x!, options), numberOf(node, "epsilon", 1e-5)));
  const y = mul(mul(sub(x, m), inverse), scale);
  return [bias ? add(y, bias) : y, m, inverse];
}

/** ONNX's operators along axes. */
export const reductionOperators: Operators = {
  ReduceL1: reduce((x, options) => norm(x, { ...options, order: 1 })),
  ReduceL2: reduce(norm),
  ReduceLogSum: reduce((x, options) => log(sum(x, options))),
  ReduceLogSumExp: reduce(logSumExp),
  ReduceMax: reduce(chosen(max, -Infinity)),
  ReduceMean: reduce(mean),
  ReduceMin: reduce(chosen(min, Infinity)),
  ReduceProd: reduce(prod),
  ReduceSum: reduce(sum),
  ReduceSumSquare: reduce((x, options) => sum(square(x), options)),
  ArgMax: choose(argMax),
  ArgMin: choose(argMin),
  CumSum: running(cumsum),
  CumProd: running(cumprod),
  Softmax: rows(softmax),
  LogSoftmax: rows(logSoftmax),
  Hardmax: rows((x, { axis }) => {
    const rank = x.shape.length;
    const at = axis < 0 ? axis + rank : axis;
    const hot = oneHot(argMax(x, { axis }), { classes: x.shape[at]! });
    const permutation = [...Array(rank - 1).keys()].toSpliced(at, 0, rank - 1);
    return transpose(hot, { permutation });
  }),
  LpNormalization: (node) => {
    const [x] = node.x;
    const options = { axis: numberOf(node, "axis", -1), order: numberOf(node, "p", 2) as 1 | 2 };
    return div(x, norm(x!, { ...options, keepDims: true }));
  },
  TopK: (node) => {
    const x = node.x[0]!;
    const k = node.values(1)![0]!;
    const descending = numberOf(node, "largest", 1) === 1;
    const sorted = topK(cast(x, { dtype: "float32" }), {
      k,
      axis: numberOf(node, "axis", -1),
      descending,
    });
    return [cast(sorted.values, { dtype: x.dtype }), sorted.indices];
  },
  LayerNormalization: layerNormalization,
  MeanVarianceNormalization: (node) => {
    const x = node.x[0]!;
    const options = { axis: (node.attrs["axes"] ?? [0, 2, 3]) as number[], keepDims: true };
    return mul(sub(x, mean(x, options)), rsqrt(add(variance(x, options), 1e-9)));
  },
  RMSNormalization: (node) => {
    const [x, scale] = node.x;
    const options = { axis: lastAxes(x!, numberOf(node, "axis", -1)), keepDims: true };
    const inverse = rsqrt(add(mean(square(x), options), numberOf(node, "epsilon", 1e-5)));
    return mul(mul(x, inverse), scale);
  },
};
