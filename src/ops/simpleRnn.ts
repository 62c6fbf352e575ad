import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { relu } from "./activations/relu.ts";
import { tanh } from "./activations/tanh.ts";
import { add } from "./binary.ts";
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
import { Cut, gradientOfReplay } from "./replay.ts";
import { where } from "./where.ts";

type Attributes = { reverse: boolean; activation: "tanh" | "relu" };

const partsOf = (units: number, transposed: boolean): Part[] => [
  { name: "panels", from: 0, n: units, k: units, transposed },
];

const simpleRnnGrad: Op<Attributes> = /* @__PURE__ */ defineOp<Attributes>({
  name: "simpleRnnGrad",
  inputs: ["y", "recurrent", "mask?", "dy?", "dh?"],
  outputs: ["dgates", "dh0"],
  attrs: { reverse: false, activation: "tanh" },
  shape: ([y]) => [y!, [y![0]!, y![2]!]],
  emit: (k, b, { attrs: { reverse, activation }, shapes }) => {
    const [batch, time, units] = shapes["y"]!;
    packPanels(k, b, units!, partsOf(units!, true));
    k.simpleRnnGrad(
      b["y"]!,
      b["recurrent"]!,
      b["panels"] ?? 0,
      b["mask"]!,
      b["dy"]!,
      b["dh"]!,
      b["dgates"]!,
      b["dh0"]!,
      time!,
      units!,
      reverse ? 1 : 0,
      activation === "relu" ? 1 : 0,
      batch!,
    );
  },
  gradientOf: ({ inputs, attrs: { reverse, activation } }) => {
    const [y, recurrent, , dy, dh] = inputs;
    const [gates, , h0, mask] = y!.node!.inputs;
    const f = activation === "relu" ? relu : tanh;
    const cut = new Cut();
    const u = cut.of(recurrent)!;
    const [batch, , units] = y!.shape as [number, number, number];
    return gradientOfReplay(
      (_, h, [x]) => [f(add(x!, matmul(h, u)))],
      {
        gates: [cut.of(gates)!],
        initial: [cut.state(h0, [batch, units])],
        dy: cut.of(dy),
        dstates: [cut.of(dh)],
      },
      { mask, reverse: reverse === true },
      cut,
    );
  },
  workspace: ([y]) => panelsOf(y![0]!, partsOf(y![2]!, true)),
  scratch: ([y]) => recurrenceScratch(y![0]!, y![2]!, partsOf(y![2]!, true)),
  flops: ([y]) => sizeOf(y!) * (2 * y![2]! + 20),
});

const simpleRnnOp: Op<Attributes> = /* @__PURE__ */ defineOp<Attributes>({
  name: "simpleRnn",
  inputs: ["gates", "recurrent", "h0?", "mask?"],
  outputs: ["y", "h"],
  attrs: { reverse: false, activation: "tanh" },
  shape: ([gates, recurrent, h0, mask]) => {
    const states = { initialState: h0!, recurrentMask: mask! };
    checkRecurrence("simpleRnn", gates!, recurrent!, states, 1);
    return [gates!, [gates![0]!, gates![2]!]];
  },
  emit: (k, b, { attrs: { reverse, activation }, shapes }) => {
    const [batch, time, units] = shapes["gates"]!;
    packPanels(k, b, units!, partsOf(units!, false));
    k.simpleRnn(
      b["gates"]!,
      b["recurrent"]!,
      b["panels"] ?? 0,
      b["h0"]!,
      b["mask"]!,
      b["masked"] ?? 0,
      b["work"]!,
      b["y"]!,
      b["h"]!,
      time!,
      units!,
      reverse ? 1 : 0,
      activation === "relu" ? 1 : 0,
      batch!,
    );
  },
  grad: ({ inputs, outputs, douts, attrs }) => {
    const [, recurrent, h0, mask] = inputs as (SymbolicTensor | null)[];
    const [y] = outputs as [SymbolicTensor];
    const [dy, dh] = douts;
    const [dgates, dh0] = simpleRnnGrad(y, recurrent, mask, dy, dh, attrs).node!.outputs as [
      SymbolicTensor,
      SymbolicTensor,
    ];
    const states = { y, h0: h0 ?? null, mask: mask ?? null };
    return [dgates, recurrentKernelGrad(states, dgates, attrs.reverse), dh0, null];
  },
  inPlace: 0,
  workspace: ([gates, , , mask]) => ({
    ...panelsOf(gates![0]!, partsOf(gates![2]!, false)),
    ...forwardWork(gates![0]!, gates![2]!, mask!),
  }),
  scratch: ([gates]) => recurrenceScratch(gates![0]!, gates![2]!, partsOf(gates![2]!, false)),
  flops: ([gates]) => sizeOf(gates!) * (2 * gates![2]! + 20),
});

/** Options of `ops.simpleRnn`. */
export interface SimpleRnnOptions extends RecurrenceOptions {
  /** float32[batch, units], h before the first step; zeros where left out. */
  initialState?: SymbolicTensor | null;
  /** Default "tanh". */
  activation?: "tanh" | "relu";
}

/**
 * The plain recurrent layer over a whole sequence, `h = activation(x W + h U + b)` for every step.
 *
 * One kernel runs all steps; the products of the inputs are one product. NaN spreads over its sample. The
 * gradient is a kernel as well; a second derivative runs the cell step by step, as `scan` does. No gradient
 * flows to the masks.
 * Source: Elman 1990.
 *
 * @param x                float32[batch, time, features]
 * @param kernel           float32[features, units], W
 * @param recurrentKernel  float32[units, units], U
 * @param bias             float32[units], b; null for none
 */
export function simpleRnn(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  recurrentKernel: SymbolicTensor,
  bias: SymbolicTensor | null = null,
  {
    initialState = null,
    activation = "tanh",
    reverse = false,
    recurrentMask = null,
    mask = null,
  }: SimpleRnnOptions = {},
): Recurrence {
  const steps = mask && maskedSteps("simpleRnn", mask, x.shape, reverse);
  let gates = inputProducts("simpleRnn", steps ? steps.together(x) : x, kernel, bias);
  // What is left over must not grow: relu makes 0 of it.
  if (steps) gates = where(steps.counts, gates, constant(-1e30));
  const [y, h] = simpleRnnOp(gates, recurrentKernel, initialState, recurrentMask, {
    reverse,
    activation,
  }).node!.outputs;
  return steps ? { y: steps.spread(y!), h: steps.last(y!, initialState) } : { y: y!, h: h! };
}
