import type { Node, SymbolicTensor } from "../../graph/symbolic.ts";
import type { OnnxConstant } from "../../io/encodeOnnx.ts";
import type { OnnxWriter } from "./onnxGraph.ts";
import type { Write } from "./onnxOps.ts";
import { int, ints, text } from "./onnxValue.ts";

/** Rows of a constant [gates units, ...] in another order of the gates; `gates[to]` is where each comes from. */
function byGate(constant: OnnxConstant, gates: readonly number[]): Float32Array {
  const width = constant.data.length / gates.length;
  const from = Float32Array.from(constant.data);
  const out = new Float32Array(from.length);
  gates.forEach((gate, to) => out.set(from.subarray(gate * width, (gate + 1) * width), to * width));
  return out;
}

/** What the products of a recurrence's inputs are made of. */
interface Products {
  readonly x: SymbolicTensor;
  /** float32[features, gates units]. */
  readonly kernel: OnnxConstant;
  readonly bias: OnnxConstant | null;
}

/** The product that the gates are; where they are made in another way, a product with the unit matrix. */
function productsOf(w: OnnxWriter, gates: SymbolicTensor): Products {
  const { node } = gates;
  if (node?.op.name === "matmul") {
    const [x, kernel, bias] = node.inputs as [
      SymbolicTensor,
      SymbolicTensor,
      SymbolicTensor | null,
    ];
    const known = w.constantOf(kernel);
    const offset = bias ? w.constantOf(bias) : null;
    if (known && (!bias || offset)) return { x, kernel: known, bias: offset };
  }
  const width = gates.shape[2]!;
  const unit = new Float32Array(width * width);
  for (let i = 0; i < width; i++) unit[i * width + i] = 1;
  return { x: gates, kernel: { dtype: "float32", shape: [width, width], data: unit }, bias: null };
}

interface Recurrence {
  readonly op: "LSTM" | "GRU" | "RNN";
  /** Our gates in ONNX's order. */
  readonly gates: readonly number[];
  readonly gateInput: SymbolicTensor;
  readonly recurrent: SymbolicTensor;
  /** Added to the products of the state; null: zeros. */
  readonly recurrentBias: SymbolicTensor | null;
  readonly states: readonly (SymbolicTensor | null)[];
  readonly mask: SymbolicTensor | null;
  readonly reverse: boolean;
  readonly attributes: Parameters<OnnxWriter["node"]>[2];
  /** All steps, and the states after the last. */
  readonly outputs: readonly [SymbolicTensor, ...SymbolicTensor[]];
}

/** ONNX has time before the batch, matrices transposed, and the direction as an axis. */
function recurrence(w: OnnxWriter, r: Recurrence): void {
  if (r.mask) w.fail("drops states, which is for training only");
  const { x, kernel, bias } = productsOf(w, r.gateInput);
  const recurrent = w.constantOf(r.recurrent) ?? w.fail("has a recurrent kernel that is not known");
  const [units, width] = recurrent.shape as [number, number];
  const matrix = (constant: OnnxConstant, name: string): string => {
    const rows = constant.shape[0]!;
    const columns = new Float32Array(constant.data.length);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < width; j++) columns[j * rows + i] = constant.data[i * width + j]!;
    const data = byGate({ ...constant, data: columns }, r.gates);
    return w.known({ dtype: "float32", shape: [1, width, rows], data }, `${w.layer}/${name}`);
  };
  const offsets = new Float32Array(2 * width);
  if (bias) offsets.set(byGate(bias, r.gates));
  if (r.recurrentBias) {
    const second = w.constantOf(r.recurrentBias) ?? w.fail("has a bias that is not known");
    offsets.set(byGate(second, r.gates), width);
  }
  const initial = r.states.map((t) => (t ? w.node("Unsqueeze", [w.plain(t), w.whole([0])]) : ""));
  const inputs = [
    w.node("Transpose", [w.plain(x)], { perm: ints([1, 0, 2]) }),
    matrix(kernel, "kernel"),
    matrix(recurrent, "recurrentKernel"),
    w.known({ dtype: "float32", shape: [1, 2 * width], data: offsets }, `${w.layer}/bias`),
    "",
    ...initial,
  ];
  const attributes = {
    ...r.attributes,
    hidden_size: int(units),
    direction: text(r.reverse ? "reverse" : "forward"),
  };
  const names = w.nodeOfSeveral(r.op, inputs, attributes, r.outputs.length);
  r.outputs.forEach((out, i) => {
    const name = names[i]!;
    const shape = w.shape(w.axesOf(out));
    // [time, 1, batch, units] and [1, batch, units].
    const turned = i === 0 ? w.node("Transpose", [name], { perm: ints([2, 0, 1, 3]) }) : name;
    w.set(out, w.node("Reshape", [turned, shape]));
  });
}

const lstm: Write = (w, { inputs, outputs, attrs }) => {
  const [gates, recurrent, h0, c0, mask] = inputs as [SymbolicTensor, SymbolicTensor, ...null[]];
  const [, y, , h, c] = outputs as SymbolicTensor[];
  recurrence(w, {
    op: "LSTM",
    gates: [0, 3, 1, 2], // i, f, g, o as i, o, f, c
    gateInput: gates,
    recurrent,
    recurrentBias: null,
    states: [h0!, c0!],
    mask: mask!,
    reverse: attrs["reverse"] === true,
    attributes: {},
    outputs: [y!, h!, c!],
  });
};

const gru: Write = (w, { inputs, outputs, attrs }) => {
  const [gates, recurrent, bias, h0, mask] = inputs as [SymbolicTensor, SymbolicTensor, ...null[]];
  const [, , y, h] = outputs as SymbolicTensor[];
  recurrence(w, {
    op: "GRU",
    gates: [0, 1, 2],
    gateInput: gates,
    recurrent,
    recurrentBias: bias!,
    states: [h0!],
    mask: mask!,
    reverse: attrs["reverse"] === true,
    attributes: { linear_before_reset: int(attrs["resetAfter"] === true ? 1 : 0) },
    outputs: [y!, h!],
  });
};

const simpleRnn: Write = (w, { inputs, outputs, attrs }) => {
  const [gates, recurrent, h0, mask] = inputs as [SymbolicTensor, SymbolicTensor, ...null[]];
  const [y, h] = outputs as SymbolicTensor[];
  recurrence(w, {
    op: "RNN",
    gates: [0],
    gateInput: gates,
    recurrent,
    recurrentBias: null,
    states: [h0!],
    mask: mask!,
    reverse: attrs["reverse"] === true,
    attributes: { activations: { texts: [attrs["activation"] === "relu" ? "Relu" : "Tanh"] } },
    outputs: [y!, h!],
  });
};

/** Scaled dot-product attention as the products that it is: ONNX has an op of its own only from operator set 23. */
const attention: Write = (w, { inputs, outputs: [y], attrs }: Node) => {
  const [q, k, v, mask] = inputs as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor | null,
  ];
  const { causal, scale } = attrs as { causal: boolean; scale: number | null };
  const [queries, keys, d] = [q.shape[1]!, k.shape[1]!, q.shape[3]!];
  const byHead = (t: SymbolicTensor, perm: number[]): string =>
    w.node("Transpose", [w.plain(t)], { perm: ints(perm) });
  const products = w.node("MatMul", [byHead(q, [0, 2, 1, 3]), byHead(k, [0, 2, 3, 1])]);
  let scores = w.node("Mul", [products, w.scalar(scale ?? 1 / Math.sqrt(d))]);
  if (causal) {
    const hidden = Float32Array.from({ length: queries * keys }, (_, i) =>
      i % keys > Math.floor(i / keys) ? -Infinity : 0,
    );
    const shape = [queries, keys];
    scores = w.node("Add", [
      scores,
      w.known({ dtype: "float32", shape, data: hidden }, `${w.layer}/causal`),
    ]);
  }
  const isKept = mask !== null && mask.dtype !== "float32";
  if (mask && !isKept) scores = w.node("Add", [scores, w.plain(mask)]);
  if (mask && isKept) {
    const kept = w.node("Cast", [w.plain(mask)], { to: int(9) });
    scores = w.node("Where", [kept, scores, w.scalar(-Infinity)]);
  }
  let weights = w.node("Softmax", [scores], { axis: int(-1) });
  // A query that sees no key gives zeros here, where a softmax of nothing but -Infinity is NaN.
  if (mask) weights = w.node("Where", [w.node("IsNaN", [weights]), w.scalar(0), weights]);
  const mixed = w.node("MatMul", [weights, byHead(v, [0, 2, 1, 3])]);
  w.set(y!, w.node("Transpose", [mixed], { perm: ints([0, 2, 1, 3]) }));
};

/** Recurrences over whole sequences, and attention. */
export const SEQUENCE_OPS: Readonly<Record<string, Write>> = { lstm, gru, simpleRnn, attention };
