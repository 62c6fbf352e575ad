import type { DType, Shape } from "../shape.ts";
import type { OpDefinition } from "./defineOp.ts";

/** What a leaf of the graph stands for. */
export type LeafKind =
  | "input" // filled by the caller before each run
  | "parameter" // trainable; has a gradient and slots
  | "state" // kept between steps, not trained: running means, frozen parameters
  | "constant"; // known when the plan is built

/** A tensor that comes from outside the graph. */
export interface Leaf {
  readonly kind: LeafKind;
  readonly name: string;
  /** Elements of a constant. */
  readonly value?: Float32Array | Int32Array;
}

/** One application of an op: plain data. */
export interface Node {
  readonly op: OpDefinition;
  /** null stands for an optional input that was left out. */
  readonly inputs: readonly (SymbolicTensor | null)[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly SymbolicTensor[];
}

let created = 0;

/** A tensor of a graph: a leaf, or one output of a node. It has a shape, in `S` where the compiler knows it, and no elements. */
export class SymbolicTensor<S extends Shape = Shape> {
  readonly shape: S;
  readonly dtype: DType;
  readonly node: Node | null;
  readonly leaf: Leaf | null;
  /** Grows with creation, so inputs always come before what is made of them. */
  readonly id: number;

  constructor(shape: S, dtype: DType, node: Node | null, leaf: Leaf | null) {
    this.shape = shape;
    this.dtype = dtype;
    this.node = node;
    this.leaf = leaf;
    this.id = created++;
  }
}

/** A leaf of the given kind. */
export function leaf(
  kind: LeafKind,
  name: string,
  shape: Shape,
  dtype: DType = "float32",
): SymbolicTensor {
  return new SymbolicTensor(shape, dtype, null, { kind, name });
}

/** A tensor whose elements are known when the plan is built; a number gives a scalar. */
export function constant(value: number | Float32Array | Int32Array, shape?: Shape): SymbolicTensor {
  const data = typeof value === "number" ? Float32Array.of(value) : value;
  const dtype = data instanceof Int32Array ? "int32" : "float32";
  const own = shape ?? (typeof value === "number" ? [] : [data.length]);
  return new SymbolicTensor(own, dtype, null, { kind: "constant", name: "constant", value: data });
}

/** All nodes that the outputs need, inputs first, in the order of their creation. */
export function nodesOf(outputs: readonly SymbolicTensor[]): Node[] {
  const seen = new Set<Node>();
  const stack = outputs.flatMap((t) => (t.node ? [t.node] : []));
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs)
      if (input?.node && !seen.has(input.node)) stack.push(input.node);
  }
  return [...seen].sort((a, b) => a.outputs[0]!.id - b.outputs[0]!.id);
}
