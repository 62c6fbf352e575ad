import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { sigmoid } from "./activations/sigmoid.ts";
import { tanh } from "./activations/tanh.ts";
import { add, mul } from "./binary.ts";
import { maskedSteps } from "./maskedSteps.ts";
import { matmul } from "./matmul.ts";
import {
  type Part,
  type Recurrence,
  type RecurrenceOptions,
  checkRecurrence,
  inputProducts,
  forwardWork,
  packPanels,
  panelsOf,
  recurrenceScratch,
  recurrentKernelGrad,
} from "./recurrent.ts";
import { Cut, gateAt, gradientOfReplay } from "./replay.ts";
import { where } from "./where.ts";

type Direction = { reverse: boolean };

const forwardParts = (units: number): Part[] => [
  { name: "panels", from: 0, n: 4 * units, k: units, transposed: false },
];
const backwardParts = (units: number): Part[] => [
  { name: "panels", from: 0, n: units, k: 4 * units, transposed: true },
];

/** Work of a unit and step besides the product: four gates and two squashings of the cell. */
const UNIT_FLOPS = 80;

const lstmGrad: Op<Direction> = /* @__PURE__ */ defineOp<Direction>({
  name: "lstmGrad",
  inputs: ["gates", "recurrent", "cells", "c0?", "mask?", "dy?", "dh?", "dc?"],
  outputs: ["dgates", "dh0", "dc0"],
  attrs: { reverse: false },
  shape: ([gates, recurrent]) => {
    const state = [gates![0]!, recurrent![0]!];
    return [gates!, state, state];
  },
  emit: (k, b, { attrs: { reverse }, shapes }) => {
    const [batch, time, width] = shapes["gates"]!;
    const units = width! / 4;
    packPanels(k, b, width!, backwardParts(units));
    k.lstmGrad(
      b["gates"]!,
      b["recurrent"]!,
      b["panels"] ?? 0,
      b["cells"]!,
      b["c0"]!,
      b["mask"]!,
      b["dy"]!,
      b["dh"]!,
      b["dc"]!,
      b["dgates"]!,
      b["dh0"]!,
      b["dc0"]!,
      time!,
      units,
      reverse ? 1 : 0,
      batch!,
    );
  },
  gradientOf: ({ inputs, attrs: { reverse } }) => {
    const [out, recurrent, , , , dy, dh, dc] = inputs;
    const [gates, , h0, c0, mask] = out!.node!.inputs;
    const units = recurrent!.shape[0]!;
    const cut = new Cut();
    const u = cut.of(recurrent)!;
    const state = [gates!.shape[0]!, units];
    return gradientOfReplay(
      ([, before], h, [x]) => {
        const all = add(x!, matmul(h, u));
        const [i, f, g, o] = [0, 1, 2, 3].map((k) => gateAt(all, k, units));
        const c = add(mul(sigmoid(f!), before!), mul(sigmoid(i!), tanh(g!)));
        return [mul(sigmoid(o!), tanh(c)), c];
      },
      {
        gates: [cut.of(gates)!],
        initial: [cut.state(h0, state), cut.state(c0, state)],
        dy: cut.of(dy),
        dstates: [cut.of(dh), cut.of(dc)],
      },
      { mask, reverse: reverse === true },
      cut,
    );
  },
  inPlace: 0,
  workspace: ([gates, recurrent]) => panelsOf(gates![0]!, backwardParts(recurrent![0]!)),
  scratch: ([gates, recurrent]) =>
    recurrenceScratch(gates![0]!, 2 * recurrent![0]!, backwardParts(recurrent![0]!)),
  flops: ([gates, recurrent]) => sizeOf(gates!) * (2 * recurrent![0]! + UNIT_FLOPS / 4),
});

const lstmOp: Op<Direction> = /* @__PURE__ */ defineOp<Direction>({
  name: "lstm",
  inputs: ["gates", "recurrent", "h0?", "c0?", "mask?"],
  outputs: ["out", "y", "cells", "h", "c"],
  attrs: { reverse: false },
  shape: ([gates, recurrent, h0, c0, mask]) => {
    const states = { h0: h0!, c0: c0!, recurrentMask: mask! };
    checkRecurrence("lstm", gates!, recurrent!, states, 4);
    const [batch, time, units] = [gates![0]!, gates![1]!, recurrent![0]!];
    const [sequence, state] = [
      [batch, time, units],
      [batch, units],
    ];
    return [gates!, sequence, sequence, state, state];
  },
  emit: (k, b, { attrs: { reverse }, shapes }) => {
    const [batch, time, width] = shapes["gates"]!;
    const units = width! / 4;
    packPanels(k, b, width!, forwardParts(units));
    k.lstm(
      b["gates"]!,
      b["recurrent"]!,
      b["panels"] ?? 0,
      b["h0"]!,
      b["c0"]!,
      b["mask"]!,
      b["masked"] ?? 0,
      b["work"]!,
      b["out"]!,
      b["y"]!,
      b["cells"]!,
      b["h"]!,
      b["c"]!,
      time!,
      units,
      reverse ? 1 : 0,
      batch!,
    );
  },
  grad: ({ inputs, outputs, douts, attrs: { reverse } }) => {
    const [, recurrent, h0, c0, mask] = inputs as (SymbolicTensor | null)[];
    const [gates, y, cells] = outputs;
    const [, dy, , dh, dc] = douts;
    const [dgates, dh0, dc0] = lstmGrad(gates, recurrent, cells, c0, mask, dy, dh, dc, { reverse })
      .node!.outputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
    const states = { y: y!, h0: h0 ?? null, mask: mask ?? null };
    return [dgates, recurrentKernelGrad(states, dgates, reverse), dh0, dc0, null];
  },
  inPlace: 0,
  workspace: ([gates, recurrent, , , mask]) => ({
    ...panelsOf(gates![0]!, forwardParts(recurrent![0]!)),
    ...forwardWork(gates![0]!, gates![2]!, mask!),
  }),
  scratch: ([gates, recurrent]) =>
    recurrenceScratch(gates![0]!, recurrent![0]!, forwardParts(recurrent![0]!)),
  flops: ([gates, recurrent]) => sizeOf(gates!) * (2 * recurrent![0]! + UNIT_FLOPS / 4),
});

/** Gates i, f, g, o before they are squashed, of a step that keeps its cell. */
function closedGates(units: number): SymbolicTensor {
  const row = new Float32Array(4 * units).fill(-1e4, 0, units).fill(1e4, units, 2 * units);
  return constant(row);
}

/** Options of `ops.lstm`. */
export interface LstmOptions extends RecurrenceOptions {
  /** float32[batch, units] each: h and c before the first step; zeros where left out. */
  initialState?: readonly [h: SymbolicTensor, c: SymbolicTensor] | null;
}

/** What `ops.lstm` gives. */
export interface LstmRecurrence extends Recurrence {
  /** float32[batch, units], the cell after the last step. */
  c: SymbolicTensor;
}

/**
 * Long short-term memory over a whole sequence. For every step, with s the sigmoid,
 *
 *     i, f, o = s(x W + h U + b)    g = tanh(x W + h U + b)    c = f c + i g    h = o tanh(c)
 *
 * One kernel runs all steps; the products of the inputs are one product. NaN spreads over its sample. The
 * gradient is a kernel as well; a second derivative runs the cell step by step, as `scan` does. No gradient
 * flows to the masks.
 * Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000 for the forget gate.
 *
 * @param x                float32[batch, time, features]
 * @param kernel           float32[features, 4 units], W, gates in Keras's order i, f, g, o
 * @param recurrentKernel  float32[units, 4 units], U
 * @param bias             float32[4 units], b; null for none
 */
export function lstm(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  recurrentKernel: SymbolicTensor,
  bias: SymbolicTensor | null = null,
  { initialState = null, reverse = false, recurrentMask = null, mask = null }: LstmOptions = {},
): LstmRecurrence {
  const steps = mask && maskedSteps("lstm", mask, x.shape, reverse);
  let gates = inputProducts("lstm", steps ? steps.together(x) : x, kernel, bias);
  // What is left over must keep the cell: i = 0 and f = 1, to the bit.
  if (steps) gates = where(steps.counts, gates, closedGates(recurrentKernel.shape[0]!));
  const [h0, c0] = initialState ?? [null, null];
  const { outputs } = lstmOp(gates, recurrentKernel, h0, c0, recurrentMask, { reverse }).node!;
  const [, y, , h, c] = outputs;
  if (!steps) return { y: y!, h: h!, c: c! };
  return { y: steps.spread(y!), h: steps.last(y!, h0), c: c! };
}
