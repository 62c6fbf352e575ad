import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add } from "../../../src/ops/binary.ts";
import { concat } from "../../../src/ops/concat.ts";
import { gru } from "../../../src/ops/gru.ts";
import { lstm } from "../../../src/ops/lstm.ts";
import type { Recurrence } from "../../../src/ops/recurrent.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { simpleRnn } from "../../../src/ops/simpleRnn.ts";
import { split } from "../../../src/ops/split.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { type NodeCall, type Operator, type Operators, Unsupported } from "./node.ts";

/** What one direction of a recurrence takes, in our forms. */
interface Cell {
  readonly x: SymbolicTensor;
  readonly kernel: SymbolicTensor;
  readonly recurrent: SymbolicTensor;
  /** Of the inputs and of the states, one after the other. */
  readonly biases: readonly [SymbolicTensor, SymbolicTensor] | null;
  readonly h0: SymbolicTensor | null;
  readonly c0: SymbolicTensor | null;
  readonly attrs: NodeCall["attrs"];
}

/** Gates along an axis in another order. */
function gates(x: SymbolicTensor, order: readonly number[], axis: number): SymbolicTensor {
  const parts = split(x, { axis, parts: order.length });
  return concat(...order.map((i) => parts[i]!), { axis });
}

/** [1, ...] without its axis of directions. */
function single(x: SymbolicTensor | null | undefined): SymbolicTensor | null {
  return x ? reshape(x, { shape: x.shape.slice(1) }) : null;
}

/** An operator of one direction: `order` of ONNX's gates in ours. */
function recurrence(
  order: readonly number[],
  run: (cell: Cell) => Recurrence & { c?: SymbolicTensor },
): Operator {
  return (node) => {
    const [x, w, r, b, lengths, h, c, peepholes] = node.x;
    if (lengths) throw new Unsupported("sequences of different lengths");
    if (peepholes) throw new Unsupported("peepholes");
    if ((node.attrs["direction"] ?? "forward") !== "forward" || w!.shape[0] !== 1)
      throw new Unsupported("other directions than forward");
    const batchFirst = node.attrs["layout"] === 1;
    const swap = (t: SymbolicTensor): SymbolicTensor =>
      batchFirst ? t : transpose(t, { permutation: [1, 0, 2] });
    const matrix = (t: SymbolicTensor): SymbolicTensor =>
      transpose(gates(single(t)!, order, 0), { permutation: [1, 0] });
    const state = (t: SymbolicTensor | null | undefined): SymbolicTensor | null =>
      t ? (batchFirst ? reshape(t, { shape: [t.shape[0]!, t.shape[2]!] }) : single(t)) : null;
    const halves = b ? split(single(b)!, { parts: 2 }).map((t) => gates(t, order, 0)) : null;
    const made = run({
      x: swap(x!),
      kernel: matrix(w!),
      recurrent: matrix(r!),
      biases: halves && [halves[0]!, halves[1]!],
      h0: state(h),
      c0: state(c),
      attrs: node.attrs,
    });
    const axis = batchFirst ? 2 : 1;
    const y = swap(made.y);
    const withDirection = (t: SymbolicTensor): SymbolicTensor =>
      reshape(t, {
        shape: t.shape.toSpliced(t.shape.length === 3 ? axis : batchFirst ? 1 : 0, 0, 1),
      });
    return [y, made.h, ...(made.c ? [made.c] : [])].map(withDirection);
  };
}

const sumOf = (biases: Cell["biases"]): SymbolicTensor | null =>
  biases && add(biases[0], biases[1]);

/** ONNX's recurrences, in one direction. */
export const recurrentOperators: Operators = {
  // ONNX: i, o, f, c.
  LSTM: recurrence([0, 2, 3, 1], ({ x, kernel, recurrent, biases, h0, c0 }) =>
    lstm(x, kernel, recurrent, sumOf(biases), { initialState: h0 && c0 ? [h0, c0] : null }),
  ),
  GRU: recurrence([0, 1, 2], ({ x, kernel, recurrent, biases, h0, attrs }) => {
    const resetAfter = attrs["linear_before_reset"] === 1;
    return resetAfter
      ? gru(x, kernel, recurrent, biases?.[0] ?? null, {
          initialState: h0,
          recurrentBias: biases?.[1] ?? null,
        })
      : gru(x, kernel, recurrent, sumOf(biases), { initialState: h0, resetAfter });
  }),
  RNN: recurrence([0], ({ x, kernel, recurrent, biases, h0, attrs }) => {
    const [activation = "Tanh"] = (attrs["activations"] ?? []) as string[];
    if (activation !== "Tanh" && activation !== "Relu")
      throw new Unsupported(`a recurrence with ${activation}`);
    return simpleRnn(x, kernel, recurrent, sumOf(biases), {
      initialState: h0,
      activation: activation === "Tanh" ? "tanh" : "relu",
    });
  }),
};
