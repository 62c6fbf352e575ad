import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import { UNPACKED_ROWS, panelBytes, productScratchBytes } from "../kernels/gemm.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { mul } from "./binary.ts";
import { fill } from "./fill.ts";
import { asRows, matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Options of the ops that run a recurrence over a whole sequence. */
export interface RecurrenceOptions {
  /** From the last step in time to the first; results stay where their inputs are. Default false. */
  reverse?: boolean;
  /**
   * float32[batch, units], factors of the state before its products with the recurrent kernel, the same in
   * every step: dropout as Gal & Ghahramani 2016 have it. Default none.
   */
  recurrentMask?: SymbolicTensor | null;
  /**
   * bool[batch, time]: steps where it is 0 keep the state, and give that of the step before (0 where there is none).
   * Default none.
   */
  mask?: SymbolicTensor | null;
}

/** What a recurrence gives. */
export interface Recurrence {
  /** float32[batch, time, units], the state after every step. */
  y: SymbolicTensor;
  /** float32[batch, units], the state after the last. */
  h: SymbolicTensor;
}

/** A part of the recurrent kernel that states are multiplied by: op(part) is [k, n]. */
export interface Part {
  /** Name of the workspace that holds its panels. */
  readonly name: string;
  /** First column. */
  readonly from: number;
  readonly n: number;
  readonly k: number;
  readonly transposed: boolean;
}

/** Bytes of the panels of parts, by name: what an op's `workspace` gives. */
export function panelsOf(batch: number, parts: readonly Part[]): Record<string, number> {
  if (batch <= UNPACKED_ROWS) return {};
  return Object.fromEntries(parts.map(({ name, n, k }) => [name, panelBytes(n, k)]));
}

/** Writes the commands that pack the parts of a recurrent kernel with rows of `width`. */
export function packPanels(
  kernels: Kernels,
  b: Readonly<Record<string, Address>>,
  width: number,
  parts: readonly Part[],
): void {
  for (const { name, from, n, k, transposed } of parts) {
    const to = b[name];
    if (to === undefined) continue;
    const at = b["recurrent"]! + 4 * from;
    kernels.panels(at, to, 4 * width, transposed ? 1 : 0, n, k, Math.ceil(n / 8));
  }
}

/** Bytes of scratch for the products of a recurrence, behind rows of `width` elements in all. */
export function recurrenceScratch(batch: number, width: number, parts: readonly Part[]): number {
  return 4 * width + 192 + Math.max(...parts.map(({ n, k }) => productScratchBytes(batch, n, k)));
}

const previousStatesOp: Op<{ reverse: boolean }> = /* @__PURE__ */ defineOp<{ reverse: boolean }>({
  name: "previousStates",
  inputs: ["y", "h0?"],
  attrs: { reverse: false },
  shape: ([y]) => y!,
  emit: (k, { y, h0, out }, { attrs: { reverse }, out: [batch, time, units] }) => {
    k.previousStates(y!, h0!, out!, time!, units!, reverse ? 1 : 0, batch!);
  },
  grad: ({ inputs: [, h0], attrs: { reverse }, dout }) => [
    previousStatesOp(dout, null, { reverse: !reverse }),
    h0 ? firstStep(dout, reverse) : null,
  ],
});

/**
 * Gradient of a loss by the recurrent kernel: the product, over all steps, of the states that the steps
 * began with and the gradients by what the kernel made of them.
 *
 * @internal
 */
export function recurrentKernelGrad(
  { y, h0, mask }: { y: SymbolicTensor; h0: SymbolicTensor | null; mask: SymbolicTensor | null },
  dgates: SymbolicTensor,
  reverse: boolean,
): SymbolicTensor {
  const states = statesBefore(y, h0, mask, reverse);
  return matmul(asRows(states), asRows(dgates), { transposeA: true });
}

/** The states that all steps began with, times their mask: what the recurrent kernel took. @internal */
export function statesBefore(
  y: SymbolicTensor,
  h0: SymbolicTensor | null,
  mask: SymbolicTensor | null,
  reverse: boolean,
): SymbolicTensor {
  return maskStates(previousStatesOp(y, h0, { reverse }), mask);
}

/** Gradients by the states of all steps and by the first one, from that by `statesBefore`. @internal */
export function throughStatesBefore(
  dstates: SymbolicTensor,
  mask: SymbolicTensor | null,
  reverse: boolean,
): { dy: SymbolicTensor; dh0: SymbolicTensor } {
  const d = maskStates(dstates, mask);
  return { dy: previousStatesOp(d, null, { reverse: !reverse }), dh0: firstStep(d, reverse) };
}

/** What stands at the step that comes first. */
function firstStep(t: SymbolicTensor, reverse: boolean): SymbolicTensor {
  const [batch, time, units] = t.shape as [number, number, number];
  if (time === 0) return fill(constant(0), { shape: [batch, units] });
  const step = slice(t, { axis: 1, begin: reverse ? time - 1 : 0, size: 1 });
  return reshape(step, { shape: [batch, units] });
}

/** States of all steps times their mask. */
function maskStates(states: SymbolicTensor, mask: SymbolicTensor | null): SymbolicTensor {
  return mask ? mul(states, reshape(mask, { shape: [mask.shape[0]!, 1, mask.shape[1]!] })) : states;
}

/** `x kernel + bias` for all steps at once. @internal @throws ShapeError */
export function inputProducts(
  subject: string,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias: SymbolicTensor | null,
): SymbolicTensor {
  if (x.shape.length !== 3) {
    throw new ShapeError(
      `${subject}: x must have 3 axes [batch, time, features], got ${printShape(x.shape)}`,
    );
  }
  return matmul(x, kernel, bias);
}

/** Checks the recurrent kernel [units, gates units] and the states [batch, units]. @throws ShapeError */
export function checkRecurrence(
  subject: string,
  gates: Shape,
  recurrent: Shape,
  states: Readonly<Record<string, Shape>>,
  count: number,
): void {
  const [batch, , width] = gates;
  const units = width! / count;
  if (recurrent.length !== 2 || recurrent[0] !== units || recurrent[1] !== width) {
    throw new ShapeError(
      `${subject}: with a kernel of ${width} columns the recurrent kernel must have shape ${printShape([width! / count, width!])}, got ${printShape(recurrent)}`,
    );
  }
  for (const [name, shape] of Object.entries(states)) {
    // An input that was left out has the shape [].
    if (shape.length === 0 || (shape.length === 2 && shape[0] === batch && shape[1] === units))
      continue;
    throw new ShapeError(
      `${subject}: ${name} must have shape ${printShape([batch!, units])}, got ${printShape(shape)}`,
    );
  }
}

/** Bytes of what a forward kernel works in: the products of a step, rows `workStride` apart; masked states. */
export function forwardWork(
  batch: number,
  width: number,
  mask: Shape,
): { work: number; masked?: number } {
  const work = batch * (Math.ceil(width / 16) * 64 + 64);
  return mask.length > 0 ? { work, masked: 4 * sizeOf(mask) } : { work };
}
