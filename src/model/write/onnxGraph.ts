import { DataError } from "../../errors.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import type {
  OnnxConstant,
  OnnxContent,
  OnnxNodeToWrite,
  OnnxType,
  OnnxValueOf,
} from "../../io/encodeOnnx.ts";
import { Value, firstOrder, int, ints, lastOrder, turned } from "./onnxValue.ts";

/** The operator set of the files: that of ONNX 1.12, the first with LayerNormalization. */
const OPSET = 17;

/** Name of the open axis. */
const BATCH = "batch";

function sameAxes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Whether a tensor depends on the model's inputs, and so may have the batch as an axis. */
function isData({ leaf }: SymbolicTensor): boolean {
  return leaf === null || leaf.kind === "input";
}

/** A graph of ONNX nodes that is being written. */
export class OnnxWriter {
  private readonly subject: string;
  private readonly nodes: OnnxNodeToWrite[] = [];
  private readonly constants = new Map<string, OnnxConstant>();
  private readonly values = new Map<SymbolicTensor, Value>();
  private readonly names = new Set<string>();
  /** The same tensors of a larger batch, by which axes that grow with it are known. */
  private readonly larger = new Map<SymbolicTensor, SymbolicTensor>();
  private readonly inputs: OnnxContent["inputs"][number][] = [];
  private batch: string | null = null;
  /** What the nodes that are written now belong to. */
  layer = "";

  constructor(subject: string) {
    this.subject = subject;
  }

  /** @throws DataError naming the layer */
  fail(message: string): never {
    throw new DataError(`${this.subject}: layer "${this.layer}" ${message}`);
  }

  pair(small: SymbolicTensor, large: SymbolicTensor): void {
    this.larger.set(small, large);
  }

  /** Axes of a tensor of the graph for a batch of 2, and -k where they are k batches. */
  axesOf(t: SymbolicTensor): number[] {
    const other = this.larger.get(t)!.shape;
    return t.shape.map((n, i) => {
      const times = other[i]! - n;
      if (times === 0) return n;
      return n === 2 * times
        ? -times
        : this.fail(
            `has an axis that grows with the batch in a way that is not written, [${t.shape}]`,
          );
    });
  }

  /** Whether two constants of the graphs are one. */
  isOfBatch(t: SymbolicTensor): boolean {
    const [a, b] = [t.leaf!.value!, this.larger.get(t)!.leaf!.value!];
    return a.length !== b.length || a.some((n, i) => !Object.is(n, b[i]));
  }

  has(t: SymbolicTensor): boolean {
    return this.values.has(t);
  }

  name(wanted: string): string {
    let own = wanted;
    for (let i = 1; this.names.has(own); i++) own = `${wanted}_${i}`;
    this.names.add(own);
    return own;
  }

  /** Declares an input of the model. */
  input(t: SymbolicTensor, name: string): void {
    const own = this.name(name);
    const axes = this.axesOf(t);
    const shape = axes.map((n) => (n < 0 ? BATCH : n));
    this.inputs.push({ name: own, dtype: t.dtype, shape });
    this.set(t, own);
  }

  /** A tensor of known elements, under a name where one is wanted. */
  known(constant: OnnxConstant, name: string = `${this.layer}/constant`): string {
    const own = this.name(name);
    this.constants.set(own, constant);
    return own;
  }

  /** Whole numbers: shapes, axes, bounds. */
  whole(numbers: readonly number[], name?: string): string {
    return this.known({ dtype: "int64", shape: [numbers.length], data: numbers }, name);
  }

  scalar(value: number, shape: readonly number[] = []): string {
    return this.known({ dtype: "float32", shape, data: Float32Array.of(value) });
  }

  /** One node; gives the name of its output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxValueOf>> = {},
  ): string {
    return this.nodeOfSeveral(op, inputs, attributes, 1)[0]!;
  }

  /** One node; gives the names of its outputs. */
  nodeOfSeveral(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxValueOf>>,
    count: number,
  ): string[] {
    const name = this.name(`${this.layer}/${op}`);
    const outputs = [name, ...Array.from({ length: count - 1 }, () => this.name(name))];
    this.nodes.push({ op, name, inputs, outputs, attributes });
    return outputs;
  }

  private holding(t: SymbolicTensor): Value {
    const value = new Value(isData(t) ? this.axesOf(t) : t.shape, t.dtype);
    this.values.set(t, value);
    return value;
  }

  /** Says by which name the file has a tensor. */
  set(t: SymbolicTensor, name: string): void {
    this.holding(t).plain = name;
  }

  /** The same, of a tensor whose last axis stands behind the first. */
  setFirst(t: SymbolicTensor, name: string): void {
    this.holding(t).first = name;
  }

  setConstant(t: SymbolicTensor, constant: OnnxConstant, called: string | null = null): void {
    const value = this.holding(t);
    value.constant = constant;
    value.called = called;
  }

  /** Name of a constant with its axes in another order; of a tensor that depends on the data a transposed one. */
  turned(t: SymbolicTensor, order: readonly number[]): string {
    const { constant, called } = this.value(t);
    if (constant) return this.known(turned(constant, order), called ?? undefined);
    return this.node("Transpose", [this.plain(t)], { perm: ints(order) });
  }

  /** Says that a tensor is another one in another shape. */
  setReshaped(t: SymbolicTensor, of: Value): void {
    const axes = this.axesOf(t);
    const from = of.from ?? of;
    if (from.constant) {
      this.setConstant(t, { ...from.constant, shape: axes }, from.called);
    } else if (sameAxes(from.axes, axes)) this.values.set(t, from);
    else this.holding(t).from = from;
  }

  /** Says that a tensor has the elements of `like` under a shape of its own: what is made of it element by element. */
  setLike(t: SymbolicTensor, like: Value, make: (name: string) => string): void {
    if (like.from) {
      const inner = new Value(like.from.axes, t.dtype);
      this.fill(inner, like.from, make);
      this.holding(t).from = inner;
    } else this.fill(this.holding(t), like, make);
  }

  private fill(value: Value, like: Value, make: (name: string) => string): void {
    if (like.plain === null && like.first !== null) value.first = make(like.first);
    else value.plain = make(this.plain(like));
  }

  value(t: SymbolicTensor): Value {
    const value = this.values.get(t);
    if (value) return value;
    return this.fail(`has an output of "${t.node?.op.name ?? t.leaf?.name}" that is not written`);
  }

  /** The elements of a tensor that does not depend on the data, or null. */
  constantOf(t: SymbolicTensor): OnnxConstant | null {
    return this.value(t).constant;
  }

  /** Name of a tensor in our order of axes. */
  plain(given: Value | SymbolicTensor): string {
    const value = given instanceof Value ? given : this.value(given);
    if (value.plain !== null) return value.plain;
    if (value.constant) value.plain = this.known(value.constant, value.called ?? undefined);
    else if (value.from) value.plain = this.reshaped(value.from, value.axes);
    else if (value.first !== null) {
      const spatial = value.axes.slice(1, -1);
      // Channels of one pixel are the same either way.
      value.plain = spatial.every((n) => n === 1)
        ? this.node("Reshape", [value.first, this.shape(value.axes)])
        : this.node("Transpose", [value.first], { perm: ints(lastOrder(value.axes.length)) });
    }
    return value.plain!;
  }

  private reshaped(from: Value, axes: readonly number[]): string {
    const ones =
      from.plain === null && from.first !== null && from.axes.slice(1, -1).every((n) => n === 1);
    return this.node("Reshape", [ones ? from.first! : this.plain(from), this.shape(axes)]);
  }

  /** The same of elements that are known. */
  knownTurned(constant: OnnxConstant, order: readonly number[], called: string | null): string {
    return this.known(turned(constant, order), called ?? undefined);
  }

  /** Name of a tensor with its last axis behind the first. */
  first(t: SymbolicTensor): string {
    return this.firstOf(this.value(t));
  }

  firstOf(value: Value): string {
    return (value.first ??= this.node("Transpose", [this.plain(value)], {
      perm: ints(firstOrder(value.axes.length)),
    }));
  }

  /**
   * The image, channels first, whose positions the axes between the first and the last of a tensor are: itself, or what it
   * is a reshaping of; null where nothing has its channels first yet.
   */
  imageOf(t: SymbolicTensor): Value | null {
    const value = this.value(t);
    if (value.plain !== null) return null;
    const source = value.from ?? value;
    const same = source.axes[0] === value.axes[0] && source.axes.at(-1) === value.axes.at(-1);
    return same && source.first !== null && source.axes.length > 2 ? source : null;
  }

  /** Says that a tensor is a reshaping of one with channels first, which has one position. */
  setPooled(t: SymbolicTensor, image: Value, name: string): void {
    const pooled = new Value(
      [image.axes[0]!, ...image.axes.slice(1, -1).map(() => 1), image.axes.at(-1)!],
      t.dtype,
    );
    pooled.first = name;
    this.setReshaped(t, pooled);
  }

  /** A shape for Reshape, which finds the length of one axis itself. */
  shape(axes: readonly number[]): string {
    if (axes.filter((n) => n < 0).length > 1) this.fail("has two axes that grow with the batch");
    return this.whole(
      axes.map((n) => Math.max(n, -1)),
      `${this.layer}/shape`,
    );
  }

  /** A shape for Expand and the like, which must be told every length. */
  lengths(axes: readonly number[]): string {
    if (axes.every((n) => n >= 0)) return this.whole(axes, `${this.layer}/shape`);
    const [first] = this.inputs;
    if (!first) return this.fail("needs the batch of a model without inputs");
    this.batch ??= this.node("Shape", [first.name], { start: int(0), end: int(1) });
    const parts = axes.map((n) =>
      n >= 0
        ? this.whole([n])
        : n === -1
          ? this.batch!
          : this.node("Mul", [this.batch!, this.whole([-n])]),
    );
    return this.node("Concat", parts, { axis: int(0) });
  }

  /** The file: nodes and constants that the outputs need. */
  finish(
    name: string,
    ends: readonly { readonly name: string; readonly t: SymbolicTensor }[],
  ): OnnxContent {
    const outputs = ends.map((end) => {
      this.layer = end.name;
      const own = this.name(end.name);
      const axes = this.axesOf(end.t);
      this.nodes.push({
        op: "Identity",
        name: own,
        inputs: [this.plain(end.t)],
        outputs: [own],
        attributes: {},
      });
      const shape = axes.map((n) => (n < 0 ? BATCH : n));
      return { name: own, dtype: end.t.dtype as OnnxType, shape };
    });
    const needed = new Set(outputs.map((one) => one.name));
    const nodes = this.nodes.toReversed().filter((node) => {
      if (!node.outputs.some((one) => needed.has(one))) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    });
    const constants = new Map([...this.constants].filter(([key]) => needed.has(key)));
    return { name, opset: OPSET, nodes: nodes.reverse(), constants, inputs: this.inputs, outputs };
  }
}
