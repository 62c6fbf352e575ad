import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { add, mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { dropout as dropoutOp } from "../ops/dropout.ts";
import { fill } from "../ops/fill.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { scan } from "../ops/scan.ts";
import { flip, slice } from "../ops/slice.ts";
import { where } from "../ops/where.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Shape, printShape } from "../shape.ts";
import type {
  CallContext,
  CommonLayerOptions,
  Layer,
  LayerOptions,
  ParameterSpec,
  ShapedLayer,
} from "./defineLayer.ts";
import type { LayerTensor } from "./layerTensor.ts";
import { withMask } from "./mask.ts";
import { type Activation, initializerOf, regularizerOf, constraintOf } from "./resolve.ts";
import type { RecurrentRule } from "./shapeRules.ts";

/** Options that all recurrent layers have. */
export interface RecurrentOptions {
  /** Elements of the state, >= 1. */
  units: number;
  /** Applied to the state, or to the candidate for it. Default "tanh". */
  activation: Activation;
  /** Adds a bias. Default true. */
  useBias: boolean;
  /** Of the kernel that inputs are multiplied by. Default "glorotUniform". */
  kernelInitializer: InitializerName | Initializer;
  /** Of the kernel that states are multiplied by. Default "orthogonal". */
  recurrentInitializer: InitializerName | Initializer;
  /** Default "zeros". */
  biasInitializer: InitializerName | Initializer;
  /** Penalty on the kernel. Default null. */
  kernelRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  kernelConstraint: ConstraintName | Constraint | null;
  /** Penalty on the recurrent kernel. Default null. */
  recurrentRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  recurrentConstraint: ConstraintName | Constraint | null;
  /** Penalty on the bias. Default null. */
  biasRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  biasConstraint: ConstraintName | Constraint | null;
  /** Share of the input's features that a training step drops, the same in all steps in time. Default 0. */
  dropout: number;
  /** Share of the state's units that is dropped before the recurrent kernel, the same in all steps in time. Default 0. */
  recurrentDropout: number;
  /** Integer in [0, 2^53) that decides what is dropped; null: the seed of `fit`. Default null. */
  seed: number | null;
  /** Whether the output is the state of every step, and not of the last one only. Default false. */
  returnSequences: boolean;
  /** Whether the state after the last step is given as well: [output, state] (two states of an lstm). Default false. */
  returnState: boolean;
  /** From the last step in time to the first; the output's steps then stand in that order too. Default false. */
  goBackwards: boolean;
}

/** Options of a layer with gates. */
export interface GatedOptions extends RecurrentOptions {
  /** Applied to the gates. Default "sigmoid". */
  recurrentActivation: Activation;
}

/** The defaults of what all recurrent layers have. */
export const RECURRENT_DEFAULTS: RecurrentOptions = {
  units: 0,
  activation: "tanh",
  useBias: true,
  kernelInitializer: "glorotUniform",
  recurrentInitializer: "orthogonal",
  biasInitializer: "zeros",
  kernelRegularizer: null,
  kernelConstraint: null,
  recurrentRegularizer: null,
  recurrentConstraint: null,
  biasRegularizer: null,
  biasConstraint: null,
  dropout: 0,
  recurrentDropout: 0,
  seed: null,
  returnSequences: false,
  returnState: false,
  goBackwards: false,
};

/** A factory whose layers give a list of tensors where `returnState` is true. */
export interface LayerFactoryWithState<O extends RecurrentOptions> {
  (
    options: Partial<O & CommonLayerOptions> & { units: number; returnState: true },
  ): Layer<readonly LayerTensor[]>;
  <Units extends number, const Input extends Shape | null, Sequences extends boolean = false>(
    options: LayerOptions<
      O,
      Input,
      { units: Units; returnState?: false; returnSequences?: Sequences }
    >,
  ): ShapedLayer<RecurrentRule<Units, Sequences>, Input>;
}

/** @throws RangeError */
export function checkRecurrent(kind: string, options: RecurrentOptions): void {
  const { units, seed } = options;
  if (!Number.isInteger(units) || units < 1) {
    throw new RangeError(`${kind}: units must be a whole number >= 1, got ${String(units)}`);
  }
  for (const name of ["dropout", "recurrentDropout"] as const) {
    const rate = options[name];
    if (rate >= 0 && rate < 1) continue;
    throw new RangeError(
      `${kind}: ${name} must lie in [0, 1), got ${String(rate)}; it is the share that is dropped`,
    );
  }
  if (seed !== null && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(`${kind}: seed must be a whole number in [0, 2^53), got ${String(seed)}`);
  }
}

/**
 * kernel, recurrentKernel and bias of a layer with so many gates.
 *
 * @param states     how many initial states may follow the input
 * @param biasShape  by default one bias a gate
 * @throws ShapeError, OptionError
 */
export function recurrentParams(
  subject: string,
  options: RecurrentOptions,
  [x, ...initial]: readonly Shape[],
  gates: number,
  states: number,
  biasShape?: Shape,
): Record<string, ParameterSpec> {
  const { units, useBias } = options;
  if (x!.length !== 2) {
    throw new ShapeError(
      `${subject}: input must have 3 axes [batch, time, features], got ${printShape([null, ...x!])}; a recurrent layer before it needs returnSequences: true, data a reshape({ targetShape: [time, features] })`,
    );
  }
  if (
    (initial.length !== 0 && initial.length !== states) ||
    initial.some((s) => s.length !== 1 || s[0] !== units)
  ) {
    const shapes = initial.map((s) => printShape([null, ...s])).join(" and ");
    throw new ShapeError(
      `${subject}: the initial state must be ${states === 1 ? "one tensor" : `${states} tensors`} [batch, ${units}], got ${shapes}`,
    );
  }
  return {
    kernel: {
      shape: [x![1]!, gates * units],
      initializer: initializerOf(subject, options.kernelInitializer),
      regularizer: regularizerOf(subject, options.kernelRegularizer),
      constraint: constraintOf(subject, options.kernelConstraint),
    },
    recurrentKernel: {
      shape: [units, gates * units],
      initializer: initializerOf(subject, options.recurrentInitializer),
      regularizer: regularizerOf(subject, options.recurrentRegularizer),
      constraint: constraintOf(subject, options.recurrentConstraint),
    },
    ...(useBias && {
      bias: {
        shape: biasShape ?? [gates * units],
        initializer: initializerOf(subject, options.biasInitializer),
        regularizer: regularizerOf(subject, options.biasRegularizer),
        constraint: constraintOf(subject, options.biasConstraint),
        decay: false,
      },
    }),
  };
}

/** What a training step multiplies a tensor of this shape by. */
function maskOf(
  shape: Shape,
  rate: number,
  { options: { seed }, training, randomStream }: CallContext<RecurrentOptions>,
): SymbolicTensor | null {
  if (!training || rate === 0) return null;
  return dropoutOp(fill(constant(1), { shape }), { rate, seed, stream: randomStream() });
}

/** The input with features dropped, and the factors of the states. */
export function dropped(
  x: SymbolicTensor,
  context: CallContext<RecurrentOptions>,
): { x: SymbolicTensor; recurrentMask: SymbolicTensor | null } {
  const { units, dropout, recurrentDropout } = context.options;
  const [batch, , features] = x.shape;
  const mask = maskOf([batch!, 1, features!], dropout, context);
  return {
    x: mask ? mul(x, mask) : x,
    recurrentMask: maskOf([batch!, units], recurrentDropout, context),
  };
}

/**
 * What a layer gives of a recurrence: the sequence or the last state, and states where they are wanted.
 *
 * @param mask  bool[batch, time] of the input's steps, which a sequence has as well; null for none
 */
export function recurrentOutputs(
  y: SymbolicTensor,
  states: readonly SymbolicTensor[],
  { returnSequences, returnState, goBackwards }: RecurrentOptions,
  mask: SymbolicTensor | null,
): SymbolicTensor | readonly SymbolicTensor[] {
  const turned = (t: SymbolicTensor): SymbolicTensor => (goBackwards ? flip(t, { axis: 1 }) : t);
  const output = returnSequences ? withMask(turned(y), mask && turned(mask)) : states[0]!;
  return returnState ? [output, ...states] : output;
}

/** Whether an option means one of the library's activations. */
export function isActivation(option: Activation, name: "tanh" | "sigmoid" | "relu"): boolean {
  return option === name || (option as { opName?: string }).opName === name;
}

/** Columns of gate `index` of [batch, gates units]. */
export function gateOf(gates: SymbolicTensor, index: number, units: number): SymbolicTensor {
  return slice(gates, { axis: 1, begin: index * units, size: units });
}

/** A cell that is made of ops: the states from those before and the products of one step's input. */
export type Cell = (
  states: readonly SymbolicTensor[],
  gates: SymbolicTensor,
  masked: SymbolicTensor,
) => readonly SymbolicTensor[];

/**
 * A recurrence whose cell is made of ops, step by step: for activations that the kernels do not have.
 *
 * @param cell   its first state is what the recurrent kernel multiplies, masked as the third argument
 * @param count  how many states it has
 * @param mask   bool[batch, time] of the steps that count; null: all do
 */
export function composed(
  cell: Cell,
  x: SymbolicTensor,
  initial: readonly SymbolicTensor[],
  count: number,
  context: CallContext<RecurrentOptions>,
  recurrentMask: SymbolicTensor | null,
  bias: SymbolicTensor | null,
  mask: SymbolicTensor | null,
): { y: SymbolicTensor; states: readonly SymbolicTensor[] } {
  const { units, goBackwards } = context.options;
  const zeros = (): SymbolicTensor => fill(constant(0), { shape: [x.shape[0]!, units] });
  const init = initial.length > 0 ? initial : Array.from({ length: count }, zeros);
  const products = matmul(x, context.params["kernel"]!);
  const rows = bias ? add(products, bias) : products;
  const run = { axis: 1, reverse: goBackwards } as const;
  const step = (
    states: readonly SymbolicTensor[],
    gates: SymbolicTensor,
  ): readonly SymbolicTensor[] => {
    const [h] = states as readonly [SymbolicTensor];
    return cell(states, gates, recurrentMask ? mul(h, recurrentMask) : h);
  };
  type List = readonly SymbolicTensor[];
  if (!mask) {
    const { state, ys } = scan<List, SymbolicTensor, SymbolicTensor>(
      (states, gates) => {
        const next = step(states, gates);
        return [next, next[0]!];
      },
      { ...run, init, xs: rows },
    );
    return { y: ys, states: state };
  }
  // A masked step keeps the states, and gives what was given before.
  const counts = reshape(cast(mask, { dtype: "float32" }), { shape: [...mask.shape, 1] });
  const { state, ys } = scan<List, List, SymbolicTensor>(
    (all, [gates, count]) => {
      const [given, ...states] = all;
      const counted = cast(count!, { dtype: "bool" });
      const next = step(states, gates!).map((t, i) => where(counted, t, states[i]!));
      const output = where(counted, next[0]!, given!);
      return [[output, ...next], output];
    },
    { ...run, init: [zeros(), ...init], xs: [rows, counts] },
  );
  return { y: ys, states: state.slice(1) };
}

/** A row of the bias [rows, width], as a vector. */
export function biasRow(bias: SymbolicTensor, row: number): SymbolicTensor {
  return reshape(slice(bias, { axis: 0, begin: row, size: 1 }), { shape: [bias.shape[1]!] });
}

/** Bidirectional layers hold recurrent ones only. @throws OptionError */
export function checkIsRecurrent(subject: string, layer: unknown): void {
  const options = (layer as { options?: Record<string, unknown> } | null)?.options;
  if (options && "returnSequences" in options && "goBackwards" in options) return;
  throw new OptionError(
    `${subject}: layer must be a recurrent layer, lstm, gru or simpleRNN, got ${String((layer as { kind?: string } | null)?.kind ?? layer)}`,
  );
}
