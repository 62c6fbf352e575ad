import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { sigmoid } from "./activations/sigmoid.ts";
import { tanh } from "./activations/tanh.ts";
import { add, mul, sub } from "./binary.ts";
import { concat } from "./concat.ts";
import { asRows, matmul } from "./matmul.ts";
import { maskedSteps } from "./maskedSteps.ts";
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
  statesBefore,
  throughStatesBefore,
} from "./recurrent.ts";
import { reshape } from "./reshape.ts";
import { Cut, gateAt, gradientOfReplay, zeros } from "./replay.ts";
import { slice } from "./slice.ts";
import { sum } from "./sum.ts";

type Attributes = { reverse: boolean; resetAfter: boolean };

function forwardParts(units: number, resetAfter: boolean): Part[] {
  if (resetAfter)
    return [{ name: "panelsGates", from: 0, n: 3 * units, k: units, transposed: false }];
  return [
    { name: "panelsGates", from: 0, n: 2 * units, k: units, transposed: false },
    { name: "panelsState", from: 2 * units, n: units, k: units, transposed: false },
  ];
}

function backwardParts(units: number, resetAfter: boolean): Part[] {
  if (resetAfter)
    return [{ name: "panelsGates", from: 0, n: units, k: 3 * units, transposed: true }];
  return [
    { name: "panelsGates", from: 0, n: units, k: 2 * units, transposed: true },
    { name: "panelsState", from: 2 * units, n: units, k: units, transposed: true },
  ];
}

/** Work of a unit and step besides the products: three gates. */
const UNIT_FLOPS = 60;

function flopsOfGru([gates, recurrent]: readonly Shape[]): number {
  return sizeOf(gates!) * (2 * recurrent![0]! + UNIT_FLOPS / 3);
}

const gruGrad: Op<Attributes> = /* @__PURE__ */ defineOp<Attributes>({
  name: "gruGrad",
  inputs: ["gates", "recurrent", "inner", "y", "h0?", "mask?", "dy?", "dh?"],
  outputs: ["dgates", "dinner", "dh0"],
  attrs: { reverse: false, resetAfter: true },
  shape: ([gates, recurrent], { resetAfter }) => [
    gates!,
    resetAfter ? gates! : [0],
    [gates![0]!, recurrent![0]!],
  ],
  emit: (k, b, { attrs: { reverse, resetAfter }, shapes }) => {
    const [batch, time, width] = shapes["gates"]!;
    const units = width! / 3;
    packPanels(k, b, width!, backwardParts(units, resetAfter));
    k.gruGrad(
      b["gates"]!,
      b["inner"]!,
      b["recurrent"]!,
      b["panelsGates"] ?? 0,
      b["panelsState"] ?? 0,
      b["y"]!,
      b["h0"]!,
      b["mask"]!,
      b["work"]!,
      b["dy"]!,
      b["dh"]!,
      b["dgates"]!,
      b["dinner"]!,
      b["dh0"]!,
      time!,
      units,
      reverse ? 1 : 0,
      resetAfter ? 0 : 1,
      batch!,
    );
  },
  gradientOf: ({ inputs, attrs: { reverse, resetAfter } }) => {
    const [out, recurrent, , , , , dy, dh] = inputs;
    const [gates, , bias, h0, mask] = out!.node!.inputs;
    const units = recurrent!.shape[0]!;
    const cut = new Cut();
    const [u, d] = [cut.of(recurrent)!, cut.of(bias)];
    const flow = { mask, reverse: reverse === true };
    const given = {
      initial: [cut.state(h0, [gates!.shape[0]!, units])],
      dy: cut.of(dy),
      dstates: [cut.of(dh)],
    };
    if (resetAfter !== true) {
      const made = gradientOfReplay(
        ([before], h, [x]) => {
          const kernel = (from: number, count: number): SymbolicTensor =>
            slice(u, { axis: 1, begin: from * units, size: count * units });
          const both = matmul(h, kernel(0, 2));
          const z = sigmoid(add(gateAt(x!, 0, units), gateAt(both, 0, units)));
          const r = sigmoid(add(gateAt(x!, 1, units), gateAt(both, 1, units)));
          const n = tanh(add(gateAt(x!, 2, units), matmul(mul(r, h), kernel(2, 1))));
          return [add(n, mul(z, sub(before!, n)))];
        },
        { ...given, gates: [cut.of(gates)!] },
        flow,
        cut,
      );
      const [byGates, byState] = made.by as [SymbolicTensor, SymbolicTensor];
      // dinner is empty.
      return { ...made, by: [byGates, zeros([0]), byState] };
    }
    return gradientOfReplay(
      ([before], h, [x, added]) => {
        // dinner is the gradient by what the recurrent kernel made of h, so something is added there: 0.
        const made = add(matmul(h, u, d), added!);
        const z = sigmoid(add(gateAt(x!, 0, units), gateAt(made, 0, units)));
        const r = sigmoid(add(gateAt(x!, 1, units), gateAt(made, 1, units)));
        const n = tanh(add(gateAt(x!, 2, units), mul(r, gateAt(made, 2, units))));
        return [add(n, mul(z, sub(before!, n)))];
      },
      { ...given, gates: [cut.of(gates)!, zeros(gates!.shape)] },
      flow,
      cut,
    );
  },
  inPlace: 0,
  workspace: ([gates, recurrent], { resetAfter }) => ({
    ...panelsOf(gates![0]!, backwardParts(recurrent![0]!, resetAfter)),
    work: 4 * gates![0]! * recurrent![0]!,
  }),
  scratch: ([gates, recurrent], { resetAfter }) =>
    recurrenceScratch(gates![0]!, recurrent![0]!, backwardParts(recurrent![0]!, resetAfter)),
  flops: (shapes) => flopsOfGru(shapes),
});

/** Gradients by what r h is made of, where reset comes first: by the gates r of x, their kernel, and the states before. */
interface ThroughReset {
  readonly dgates: SymbolicTensor;
  readonly dkernel: SymbolicTensor;
  readonly dy: SymbolicTensor;
  readonly dh0: SymbolicTensor;
}

/**
 * The way back through the products r h that the forward kernel leaves for the gradient: only second derivatives go it.
 *
 * @param d  float32[batch, time, units], the gradient by them
 */
function throughReset(
  node: readonly (SymbolicTensor | null)[],
  y: SymbolicTensor,
  d: SymbolicTensor,
  reverse: boolean,
): ThroughReset {
  const [gates, recurrent, , h0, mask] = node as [
    SymbolicTensor,
    SymbolicTensor,
    ...(SymbolicTensor | null)[],
  ];
  const [batch, time, units] = y.shape as [number, number, number];
  const columns = (from: number): { axis: number; begin: number; size: number } => ({
    axis: -1,
    begin: from * units,
    size: units,
  });
  const kernel = slice(recurrent, columns(1));
  const h = statesBefore(y, h0 ?? null, mask ?? null, reverse);
  const made = reshape(matmul(asRows(h), kernel), { shape: y.shape });
  const r = sigmoid(add(slice(gates, columns(1)), made));
  const dr = mul(mul(d, h), mul(r, sub(1, r)));
  const dstates = add(
    mul(d, r),
    reshape(matmul(asRows(dr), kernel, { transposeB: true }), { shape: y.shape }),
  );
  const none = zeros([batch, time, units]);
  const empty = zeros([units, units]);
  return {
    dgates: concat(none, dr, none, { axis: -1 }),
    dkernel: concat(empty, matmul(asRows(h), asRows(dr), { transposeA: true }), empty, { axis: 1 }),
    ...throughStatesBefore(dstates, mask ?? null, reverse),
  };
}

const gruOp: Op<Attributes> = /* @__PURE__ */ defineOp<Attributes>({
  name: "gru",
  inputs: ["gates", "recurrent", "bias?", "h0?", "mask?"],
  outputs: ["out", "inner", "y", "h"],
  attrs: { reverse: false, resetAfter: true },
  shape: ([gates, recurrent, bias, h0, mask], { resetAfter }) => {
    checkRecurrence("gru", gates!, recurrent!, { initialState: h0!, recurrentMask: mask! }, 3);
    const [batch, time, width] = gates!;
    if (bias!.length > 0 && (!resetAfter || bias!.length !== 1 || bias![0] !== width)) {
      throw new ShapeError(
        resetAfter
          ? `gru: recurrentBias must have shape [${width}], got ${printShape(bias!)}`
          : "gru: with resetAfter: false there is no recurrentBias; add it to the bias",
      );
    }
    const units = recurrent![0]!;
    return [gates!, [batch!, time!, units], [batch!, time!, units], [batch!, units]];
  },
  emit: (k, b, { attrs: { reverse, resetAfter }, shapes }) => {
    const [batch, time, width] = shapes["gates"]!;
    const units = width! / 3;
    packPanels(k, b, width!, forwardParts(units, resetAfter));
    k.gru(
      b["gates"]!,
      b["recurrent"]!,
      b["panelsGates"] ?? 0,
      b["panelsState"] ?? 0,
      b["bias"]!,
      b["h0"]!,
      b["mask"]!,
      b["masked"] ?? 0,
      b["work"]!,
      b["out"]!,
      b["inner"]!,
      b["y"]!,
      b["h"]!,
      time!,
      units,
      reverse ? 1 : 0,
      resetAfter ? 0 : 1,
      batch!,
    );
  },
  grad: ({ inputs, outputs, douts, attrs, needs }) => {
    const [, recurrent, bias, h0, mask] = inputs as (SymbolicTensor | null)[];
    const [gates, inner, y] = outputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
    const [, byReset, , dh] = douts;
    const reset = byReset ? throughReset(inputs, y, byReset, attrs.reverse) : null;
    const dy = reset && douts[2] ? add(douts[2], reset.dy) : (reset?.dy ?? douts[2]);
    const [dgates, dinner, dh0] = gruGrad(gates, recurrent, inner, y, h0, mask, dy, dh, attrs).node!
      .outputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
    const states = { y, h0: h0 ?? null, mask: mask ?? null };
    // Where reset comes first, the columns n of U are multiplied by r h, and not by h.
    const units = y.shape[2]!;
    const rows = asRows(dgates);
    const byKernel = attrs.resetAfter
      ? recurrentKernelGrad(states, dinner, attrs.reverse)
      : concat(
          recurrentKernelGrad(
            states,
            slice(rows, { axis: 1, begin: 0, size: 2 * units }),
            attrs.reverse,
          ),
          matmul(asRows(inner), slice(rows, { axis: 1, begin: 2 * units, size: units }), {
            transposeA: true,
          }),
          { axis: 1 },
        );
    const plus = (own: SymbolicTensor, more: SymbolicTensor | undefined): SymbolicTensor =>
      more ? add(own, more) : own;
    return [
      plus(dgates, reset?.dgates),
      plus(byKernel, reset?.dkernel),
      bias && needs(2) ? sum(asRows(dinner), { axis: 0 }) : null,
      plus(dh0, reset?.dh0),
      null,
    ];
  },
  inPlace: 0,
  workspace: ([gates, recurrent, , , mask], { resetAfter }) => ({
    ...panelsOf(gates![0]!, forwardParts(recurrent![0]!, resetAfter)),
    ...forwardWork(gates![0]!, gates![2]!, mask!),
  }),
  scratch: ([gates, recurrent], { resetAfter }) =>
    recurrenceScratch(gates![0]!, recurrent![0]!, forwardParts(recurrent![0]!, resetAfter)),
  flops: (shapes) => flopsOfGru(shapes),
});

/** Options of `ops.gru`. */
export interface GruOptions extends RecurrenceOptions {
  /** float32[batch, units], h before the first step; zeros where left out. */
  initialState?: SymbolicTensor | null;
  /** Whether r multiplies what the recurrent kernel made of h (PyTorch, cuDNN), or h itself. Default true. */
  resetAfter?: boolean;
  /** float32[3 units], added to h U; only with `resetAfter`. Default none. */
  recurrentBias?: SymbolicTensor | null;
}

/**
 * Gated recurrent unit over a whole sequence. For every step, with s the sigmoid,
 *
 *     z, r = s(x W + b + h U + d)    n = tanh(x W + b + r (h U + d))    h = z h + (1 - z) n
 *
 * and with `resetAfter: false` `n = tanh(x W + b + (r h) U)`, without d.
 *
 * One kernel runs all steps; the products of the inputs are one product. NaN spreads over its sample. The
 * gradient is a kernel as well; a second derivative runs the cell step by step, as `scan` does. No gradient flows to the masks.
 * Source: Cho et al. 2014 (arXiv:1406.1078), whose first version resets after the product and third before.
 *
 * @param x                float32[batch, time, features]
 * @param kernel           float32[features, 3 units], W, gates in Keras's order z, r, n
 * @param recurrentKernel  float32[units, 3 units], U
 * @param bias             float32[3 units], b; null for none
 */
export function gru(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  recurrentKernel: SymbolicTensor,
  bias: SymbolicTensor | null = null,
  {
    initialState = null,
    resetAfter = true,
    recurrentBias = null,
    reverse = false,
    recurrentMask = null,
    mask = null,
  }: GruOptions = {},
): Recurrence {
  const steps = mask && maskedSteps("gru", mask, x.shape, reverse);
  const gates = inputProducts("gru", steps ? steps.together(x) : x, kernel, bias);
  const attrs = { reverse, resetAfter };
  const { outputs } = gruOp(
    gates,
    recurrentKernel,
    recurrentBias,
    initialState,
    recurrentMask,
    attrs,
  ).node!;
  const [, , y, h] = outputs;
  return steps ? { y: steps.spread(y!), h: steps.last(y!, initialState) } : { y: y!, h: h! };
}
