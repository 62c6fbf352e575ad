import { ShapeError, checkName } from "../errors.ts";
import type { Address, Slot } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type DType, type Shape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Node, SymbolicTensor, constant } from "./symbolic.ts";

/** Attributes: plain values that are fixed in the plan. */
export type Attrs = Readonly<Record<string, unknown>>;

/** What `emit` knows besides addresses. */
export interface EmitContext<A> {
  readonly attrs: A;
  /** Elements of the first output. */
  readonly size: number;
  /** Shapes of the inputs by name ([] for one left out). */
  readonly shapes: Readonly<Record<string, Shape>>;
  /** dtypes of the inputs by name. */
  readonly dtypes: Readonly<Record<string, DType>>;
  /** Shape and dtype of the first output. */
  readonly out: Shape;
  readonly dtype: DType;
  /** A cell that the host writes once a step: "seedLow", "seedHigh", "stepLow", "stepHigh". */
  slot(name: string): Slot;
  /** Address of constants that the commands read (tables of strides, ...). */
  table(words: readonly number[]): Address;
}

/** What `grad` knows. */
export interface GradContext<A> {
  readonly attrs: A;
  /** The op's inputs, in order. */
  readonly inputs: readonly SymbolicTensor[];
  /** The op's outputs, and the gradient of the loss by each (null where nothing depends on it). */
  readonly outputs: readonly SymbolicTensor[];
  readonly douts: readonly (SymbolicTensor | null)[];
  /** First output, and its gradient. */
  readonly out: SymbolicTensor;
  readonly dout: SymbolicTensor;
  /** Whether the gradient of the input at this position is wanted. */
  needs(index: number): boolean;
}

/** What an op's outputs are the gradient of: of `loss`, a scalar, by the tensors `by`. */
export type GradientOf = (node: Node) => {
  readonly loss: SymbolicTensor;
  readonly by: readonly SymbolicTensor[];
  /**
   * Tensors of the graph, ahead of the op, that its outputs depend on, each with the tensor that stands for it in
   * the loss: through it no gradient goes further, as the walk itself goes on from there.
   */
  readonly from: ReadonlyMap<SymbolicTensor, SymbolicTensor>;
};

/** An op: its name, shape rule, kernels and gradient. */
export interface OpDefinition<A extends Attrs = Attrs> {
  name: string;
  /**
   * Names of the inputs, in order; a name that ends in "?" may be left out (null). ["...x"] takes any
   * number, at least one, which are named x0, x1, ... where names matter.
   */
  inputs: readonly string[];
  /** Names of the outputs; ["out"] if left out. */
  outputs?: readonly string[];
  /** Default attributes; a key that is not here is unknown. */
  attrs?: A;
  /** Shape of the output, or a list of shapes where `outputs` names them. Throws ShapeError. */
  shape(shapes: readonly Shape[], attrs: A, dtypes: readonly DType[]): Shape | readonly Shape[];
  /** dtype of each output; float32 if left out. */
  dtype?(dtypes: readonly DType[], attrs: A): DType | readonly DType[];
  /** Writes the commands. `b` holds addresses by name of input, output and workspace (0 for an input left out). */
  emit(k: Kernels, b: Readonly<Record<string, Address>>, context: EmitContext<A>): void;
  /** Gradients by the inputs, in order; null where there is none. Left out: not differentiable. */
  grad?(context: GradContext<A>): readonly (SymbolicTensor | null)[];
  /**
   * For an op without `grad` that gives a gradient itself: the function that it differentiates, made of ops that have
   * all gradients. Second derivatives are then those of that graph.
   */
  gradientOf?: GradientOf;
  /** Index of the input whose buffer the first output may take over. */
  inPlace?: number;
  /** Bytes of buffers by name that the commands need while they run. */
  workspace?(shapes: readonly Shape[], attrs: A): Readonly<Record<string, number>>;
  /** Bytes of its own that each thread needs in the kernels; 0 if left out. */
  scratch?(shapes: readonly Shape[], attrs: A): number;
  /** Floating-point operations; the number of output elements if left out. */
  flops?(shapes: readonly Shape[], out: Shape, attrs: A): number;
  /** The op only reinterprets its input's bytes: no command, no buffer. */
  view?: boolean;
}

/** What an op takes for a tensor: a symbolic tensor, or a number. */
export type Operand = SymbolicTensor | number;

/** A defined op: call it with its inputs in order, then its attributes. */
export interface Op<A extends Attrs = Attrs, Out extends SymbolicTensor = SymbolicTensor> {
  (...args: readonly (Operand | null | undefined | Partial<A>)[]): Out;
  readonly definition: OpDefinition<A>;
  readonly opName: string;
}

/** Names of `count` inputs, without the marks of optional and repeated ones. */
export function inputNames({ inputs }: Pick<OpDefinition, "inputs">, count: number): string[] {
  const rest = restName(inputs);
  return rest === null
    ? inputs.map((name) => name.replace("?", ""))
    : Array.from({ length: count }, (_, i) => `${rest}${i}`);
}

/** "x" where the inputs are ["...x"], otherwise null. */
function restName(inputs: readonly string[]): string | null {
  return inputs[0]?.startsWith("...") ? inputs[0].slice(3) : null;
}

function isTensor(value: unknown): value is SymbolicTensor {
  return value instanceof SymbolicTensor;
}

/** One new node. Attributes are complete: every default is filled in. */
export function applyDefinition(
  op: OpDefinition,
  inputs: readonly (SymbolicTensor | null)[],
  attrs: Attrs,
): Node {
  const shapes = inputs.map((t) => t?.shape ?? []);
  const dtypes = inputs.map((t) => t?.dtype ?? "float32");
  const names = op.outputs ?? ["out"];
  const shape = op.shape(shapes, attrs, dtypes);
  const outShapes = (op.outputs ? shape : [shape]) as readonly Shape[];
  const dtype = op.dtype?.(dtypes, attrs) ?? "float32";
  const outputs: SymbolicTensor[] = [];
  const node: Node = { op, inputs, attrs, outputs };
  names.forEach((_, i) => {
    const kind = typeof dtype === "string" ? dtype : (dtype as readonly DType[])[i]!;
    outputs.push(new SymbolicTensor(outShapes[i]!, kind, node, null));
  });
  return node;
}

/** Applies an op to inputs with some attributes, the others at their defaults. */
function applyOp<A extends Attrs>(
  op: OpDefinition<A>,
  inputs: readonly (SymbolicTensor | null)[],
  attrs: Partial<A>,
): SymbolicTensor {
  const known = Object.keys(op.attrs ?? {});
  for (const name of Object.keys(attrs)) checkName(op.name, "attribute", name, known);
  return applyDefinition(op, inputs, { ...op.attrs, ...attrs }).outputs[0]!;
}

/** An op from its definition. Definitions are pure: nothing is registered. */
export function defineOp<
  A extends Attrs = Record<never, never>,
  Out extends SymbolicTensor = SymbolicTensor,
>(definition: OpDefinition<A>): Op<A, Out> {
  const { name, inputs } = definition;
  const call = (...args: readonly (Operand | null | undefined | Partial<A>)[]): Out => {
    const last = args.at(-1);
    const hasAttrs = typeof last === "object" && last !== null && !isTensor(last);
    if (
      args.some((arg) => Array.isArray(arg) || ArrayBuffer.isView(arg) || arg instanceof Tensor)
    ) {
      throw new ShapeError(
        `${name}: inputs must be symbolic tensors or numbers, got an array; make it an argument of the traced function`,
      );
    }
    const given = (hasAttrs ? args.slice(0, -1) : args) as (Operand | null | undefined)[];
    if (restName(inputs) !== null && given.length === 0) {
      throw new ShapeError(`${name}: takes at least one input, got none`);
    }
    const wanted = restName(inputs) === null ? inputs : inputNames(definition, given.length);
    if (given.length > wanted.length) {
      throw new ShapeError(
        `${name}: takes ${inputs.length} inputs (${inputs.join(", ")}), got ${given.length}`,
      );
    }
    const tensors = wanted.map((input, i) => {
      const value = given[i] ?? null;
      if (value === null) {
        if (input.endsWith("?")) return null;
        throw new ShapeError(`${name}: input "${input}" is missing`);
      }
      return typeof value === "number" ? constant(value) : value;
    });
    return applyOp(definition, tensors, hasAttrs ? (last as Partial<A>) : {}) as Out;
  };
  return Object.assign(call, { definition, opName: name });
}

/** Floating-point operations of a node. */
export function flopsOf(node: Node): number {
  const out = node.outputs[0]!.shape;
  const shapes = node.inputs.map((t) => t?.shape ?? []);
  return node.op.flops?.(shapes, out, node.attrs) ?? sizeOf(out);
}
