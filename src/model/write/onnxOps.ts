import type { Node, SymbolicTensor } from "../../graph/symbolic.ts";
import { type DType, sizeOf } from "../../shape.ts";
import { ELEMENTWISE } from "./onnxElementwise.ts";
import { IMAGE_OPS } from "./onnxImages.ts";
import type { OnnxWriter } from "./onnxGraph.ts";
import { SEQUENCE_OPS } from "./onnxSequences.ts";
import { int, ints, sliced, turned } from "./onnxValue.ts";

/** Writes the nodes for one of ours. */
export type Write = (w: OnnxWriter, node: Node) => void;

/** Ops of two tensors that broadcast. */
const BINARY: Readonly<Record<string, string>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  maximum: "Max",
  minimum: "Min",
  pow: "Pow",
  equal: "Equal",
  less: "Less",
  lessEqual: "LessOrEqual",
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  max: "ReduceMax",
  min: "ReduceMin",
  prod: "ReduceProd",
  norm1: "ReduceL1",
  norm2: "ReduceL2",
  logSumExp: "ReduceLogSumExp",
};

/** TensorProto.DataType, by which Cast names what it makes. */
const CODES: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int32: 6, bool: 9 };

function binary(w: OnnxWriter, op: string, node: Node): void {
  const [a, b] = node.inputs as [SymbolicTensor, SymbolicTensor];
  const out = node.outputs[0]!;
  const [left, right] = [w.value(a), w.value(b)];
  const scalar = (t: SymbolicTensor): boolean => sizeOf(t.shape) === 1 && t.shape.length <= 1;
  // A number does not care for axes, and two tensors of one shape may both be channels first.
  if (right.constant && scalar(b))
    return w.setLike(out, left, (x) => w.node(op, [x, w.scalar(right.constant!.data[0]!)]));
  if (left.constant && scalar(a))
    return w.setLike(out, right, (x) => w.node(op, [w.scalar(left.constant!.data[0]!), x]));
  const same = left.axes.join() === right.axes.join();
  if (same && left.first !== null && right.first !== null)
    return w.setFirst(out, w.node(op, [left.first, right.first]));
  // One number a channel.
  if (left.plain === null && left.first !== null && right.constant && b.shape.length === 1) {
    const [c, rank] = [b.shape[0]!, left.axes.length];
    const shape = [c, ...Array<number>(rank - 2).fill(1)];
    const name = w.known({ ...right.constant, shape }, right.called ?? undefined);
    if (c === left.axes.at(-1)) return w.setFirst(out, w.node(op, [left.first, name]));
  }
  w.set(out, w.node(op, [w.plain(a), w.plain(b)]));
}

/** The sum that a quotient is a mean by, behind a reshape that drops axes; null where it is none. */
function summed(node: Node): { sum: Node; dropped: boolean } | null {
  const [t, by] = node.inputs as [SymbolicTensor, SymbolicTensor];
  const dropped = t.node?.op.name === "reshape";
  const sum = dropped ? t.node!.inputs[0]!.node : t.node;
  if (sum?.op.name !== "sum" || by.leaf?.kind !== "constant") return null;
  const { from, to } = sum.attrs as { from: number; to: number };
  const count = sizeOf(sum.inputs[0]!.shape.slice(from, to));
  return by.leaf.value!.length === 1 && by.leaf.value![0] === count ? { sum, dropped } : null;
}

/** Reduces neighbouring axes, which stay with length 1. */
function reduce(
  w: OnnxWriter,
  op: string,
  node: Node,
  out: SymbolicTensor = node.outputs[0]!,
): void {
  const x = node.inputs[0]!;
  const { from, to } = node.attrs as { from: number; to: number };
  const axes = Array.from({ length: to - from }, (_, i) => from + i);
  const image = from === 1 && to === x.shape.length - 1 ? w.imageOf(x) : null;
  if (image) {
    const all = image.axes.slice(1, -1).map((_, i) => i + 2);
    const name =
      op === "ReduceMean"
        ? w.node("GlobalAveragePool", [image.first!])
        : over(w, op, image.first!, all);
    return w.setPooled(out, image, name);
  }
  w.set(out, over(w, op, w.plain(x), axes));
}

/** A reduction over some axes. Of all of them ReduceSum alone takes its axes as an input in this operator set. */
function over(w: OnnxWriter, op: string, x: string, axes: readonly number[]): string {
  return op === "ReduceSum"
    ? w.node(op, [x, w.whole(axes)])
    : w.node(op, [x], { axes: ints(axes) });
}

function matmul(w: OnnxWriter, node: Node): void {
  const [a, b, bias] = node.inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
  const attrs = node.attrs as { transposeA: boolean; transposeB: boolean; activation: string };
  const swapped = (t: SymbolicTensor, swap: boolean): string => {
    const rank = t.shape.length;
    if (!swap || rank < 2) return w.plain(t);
    const order = t.shape.map((_, i) => i);
    [order[rank - 1], order[rank - 2]] = [rank - 2, rank - 1];
    return w.turned(t, order);
  };
  const [left, right] = [swapped(a, attrs.transposeA), swapped(b, attrs.transposeB)];
  let y: string;
  if (bias && a.shape.length === 2 && b.shape.length === 2)
    y = w.node("Gemm", [left, right, w.plain(bias)]);
  else {
    y = w.node("MatMul", [left, right]);
    if (bias) y = w.node("Add", [y, w.plain(bias)]);
  }
  w.set(node.outputs[0]!, attrs.activation === "relu" ? w.node("Relu", [y]) : y);
}

/** Whether a window takes all of an axis, as it must of the batch. */
function checkBatch(
  w: OnnxWriter,
  x: SymbolicTensor,
  begin: readonly number[],
  size: readonly number[],
): void {
  w.axesOf(x).forEach((n, i) => {
    if (n < 0 && (begin[i] !== 0 || size[i] !== x.shape[i]))
      w.fail("takes a part of the batch, which is not written");
  });
}

const OPS: Readonly<Record<string, Write>> = {
  matmul,
  notEqual: (w, { inputs: [a, b], outputs: [out] }) =>
    w.set(out!, w.node("Not", [w.node("Equal", [w.plain(a!), w.plain(b!)])])),
  div: (w, node) => {
    const mean = summed(node);
    if (!mean) return binary(w, "Div", node);
    const [out] = node.outputs as [SymbolicTensor];
    if (!mean.dropped) return reduce(w, "ReduceMean", mean.sum, out);
    // The mean under the sum's shape, of which the result is a reshaping.
    const [kept] = mean.sum.outputs as [SymbolicTensor];
    reduce(w, "ReduceMean", mean.sum, kept);
    w.setReshaped(out, w.value(kept));
  },
  sum: (w, node) => reduce(w, "ReduceSum", node),
  reshape: (w, { inputs: [x], outputs: [out] }) => w.setReshaped(out!, w.value(x!)),
  transpose: (w, { inputs: [x], outputs: [out], attrs }) => {
    const order = attrs["permutation"] as number[];
    const known = w.constantOf(x!);
    if (known) w.setConstant(out!, turned(known, order));
    else w.set(out!, w.turned(x!, order));
  },
  cast: (w, { inputs: [x], outputs: [out], attrs }) =>
    w.set(out!, w.node("Cast", [w.plain(x!)], { to: int(CODES[attrs["dtype"] as DType]) })),
  where: (w, { inputs: [condition, a, b], outputs: [out] }) => {
    const bool =
      condition!.dtype === "bool"
        ? w.plain(condition!)
        : w.node("Cast", [w.plain(condition!)], { to: int(CODES.bool) });
    w.set(out!, w.node("Where", [bool, w.plain(a!), w.plain(b!)]));
  },
  concat: (w, { inputs, outputs: [out], attrs }) => {
    const rank = out!.shape.length;
    const axis = (Number(attrs["axis"]) + rank) % rank;
    const values = inputs.map((t) => w.value(t!));
    if (axis === rank - 1 && rank > 2 && values.every((v) => v.first !== null))
      return w.setFirst(
        out!,
        w.node(
          "Concat",
          values.map((v) => v.first!),
          { axis: int(1) },
        ),
      );
    w.set(
      out!,
      w.node(
        "Concat",
        inputs.map((t) => w.plain(t!)),
        { axis: int(axis) },
      ),
    );
  },
  stack: (w, { inputs, outputs: [out], attrs }) => {
    const rank = out!.shape.length;
    const axis = (Number(attrs["axis"]) + rank) % rank;
    const at = w.whole([axis]);
    const parts = inputs.map((t) => w.node("Unsqueeze", [w.plain(t!), at]));
    w.set(out!, w.node("Concat", parts, { axis: int(axis) }));
  },
  slice: (w, { inputs: [x], outputs: [out], attrs }) => {
    const { begin, size, step } = attrs as Record<"begin" | "size" | "step", readonly number[]>;
    const known = w.constantOf(x!);
    if (known) return w.setConstant(out!, sliced(known, begin, size, step));
    checkBatch(w, x!, begin, size);
    const axes = x!.shape.map((_, i) => i).filter((i) => size[i] !== x!.shape[i] || step[i] !== 1);
    // Backwards to before the first element: ONNX counts from the end, so it is written far below.
    const end = axes.map((i) => {
      const last = begin[i]! + size[i]! * step[i]!;
      return last < 0 ? -(2 ** 31) : last;
    });
    const take = (list: readonly number[]): string => w.whole(axes.map((i) => list[i]!));
    w.set(
      out!,
      w.node("Slice", [w.plain(x!), take(begin), w.whole(end), w.whole(axes), take(step)]),
    );
  },
  place: (w, { inputs: [x], outputs: [out], attrs }) => {
    const { begin, step, shape, value } = attrs as Record<"begin" | "step" | "shape", number[]> & {
      value: number;
    };
    if (step.some((n) => n !== 1)) w.fail("places elements apart, which is not written");
    checkBatch(w, out!, begin, x!.shape);
    const after = shape.map((n, i) => n - begin[i]! - x!.shape[i]!);
    const pads = w.whole([...begin, ...after]);
    w.set(out!, w.node("Pad", [w.plain(x!), pads, w.scalar(value)]));
  },
  broadcastTo: (w, { inputs: [x], outputs: [out] }) => {
    const [from, to] = [w.axesOf(x!), w.axesOf(out!)];
    // Where an axis has its length already, 1 keeps it: the batch need not be known.
    const kept = to.map((n, i) => (n < 0 && from[from.length - to.length + i] === n ? 1 : n));
    w.set(out!, w.node("Expand", [w.plain(x!), w.lengths(kept)]));
  },
  fill: (w, { inputs: [x], outputs: [out] }) => {
    const value = w.constantOf(x!) ?? w.fail("fills with what depends on the data");
    w.set(out!, w.node("Expand", [w.scalar(value.data[0]!), w.lengths(w.axesOf(out!))]));
  },
  softmax: (w, node) => softmax(w, "Softmax", node),
  logSoftmax: (w, node) => softmax(w, "LogSoftmax", node),
  gather: (w, { inputs: [x, indices], outputs: [out], attrs }) =>
    w.set(
      out!,
      w.node("Gather", [w.plain(x!), w.plain(indices!)], { axis: int(Number(attrs["axis"])) }),
    ),
  ...IMAGE_OPS,
  ...SEQUENCE_OPS,
};

function softmax(w: OnnxWriter, op: string, { inputs: [x], outputs: [out], attrs }: Node): void {
  const rank = x!.shape.length;
  const axis = (Number(attrs["axis"]) + rank) % rank;
  const value = w.value(x!);
  if (axis === rank - 1 && value.plain === null && value.first !== null)
    return w.setFirst(out!, w.node(op, [value.first], { axis: int(1) }));
  w.set(out!, w.node(op, [w.plain(x!)], { axis: int(axis) }));
}

/** Writes a node of our graph. @throws DataError naming the layer whose op has no counterpart */
export function writeNode(w: OnnxWriter, node: Node): void {
  const { name } = node.op;
  const own = Object.hasOwn(OPS, name) ? OPS[name] : undefined;
  if (own) return own(w, node);
  const [out] = node.outputs as [SymbolicTensor];
  const chain = Object.hasOwn(ELEMENTWISE, name) ? ELEMENTWISE[name] : undefined;
  if (chain)
    return w.setLike(out, w.value(node.inputs[0]!), (x) =>
      chain(w, x, node.attrs as Readonly<Record<string, never>>),
    );
  if (Object.hasOwn(BINARY, name)) return binary(w, BINARY[name]!, node);
  if (Object.hasOwn(REDUCTIONS, name)) return reduce(w, REDUCTIONS[name]!, node);
  w.fail(`has the op "${name}", which is not written as ONNX`);
}
