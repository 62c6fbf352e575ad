import type { OnnxNode } from "../../../io/onnx.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import type { OnnxConverter } from "./converter.ts";

/** What several nodes are together: a number, a value by a letter of ours, or an op of such. */
type Pattern = number | string | Nodes;
interface Nodes extends ReadonlyArray<Pattern> {
  readonly 0: string;
}

/** Values by the pattern's letters, and the nodes between them. */
interface Match {
  readonly names: Map<string, string>;
  readonly nodes: Set<OnnxNode>;
}

/** Several nodes that are one layer of ours. Constants are letters in capitals; the data is `x`. */
interface Fusion {
  readonly patterns: readonly Pattern[];
  /** Whether the rest fits as well. */
  accepts?(c: OnnxConverter, match: Match): boolean;
  /** Reads it; `c.node` has x as its input. */
  read(c: OnnxConverter, constant: (letter: string) => Tensor): void;
}

const COMMUTATIVE: ReadonlySet<string> = new Set(["Add", "Mul"]);

/** Ops between that change nothing but the shape. */
const CLEAR: ReadonlySet<string> = new Set(["Identity", "Reshape"]);

const activation =
  (name: string, attributes: Record<string, string> | null = null): Fusion["read"] =>
  (c) => {
    const { t, last } = c.value(0);
    const layer = c.layers.activation({ name: c.name(), activation: name as never, attributes });
    c.set(c.apply(layer, t), last);
  };

/** Whether the means are over the last axis alone, and kept. */
function meansOfLast(c: OnnxConverter, { nodes }: Match): boolean {
  return [...nodes].every(({ op, inputs, attributes }) => {
    if (op !== "ReduceMean") return true;
    const given = attributes["axes"] ?? c.constants.get(inputs[1] ?? "")?.data;
    const axes = typeof given === "object" && "length" in given ? given : [];
    return axes.length === 1 && axes[0] === -1 && (attributes["keepdims"] ?? 1) === 1;
  });
}

const MEAN: Pattern = ["ReduceMean", "x"];
const CENTERED: Pattern = ["Sub", "x", MEAN];
const variance = (square: Pattern): Pattern => ["Sqrt", ["Add", ["ReduceMean", square], "EPSILON"]];
const NORMAL: readonly Pattern[] = [
  ["Div", CENTERED, variance(["Pow", CENTERED, 2])],
  ["Div", CENTERED, variance(["Mul", CENTERED, CENTERED])],
];
const RMS: readonly Pattern[] = [
  ["Div", "x", variance(["Mul", "x", "x"])],
  ["Div", "x", variance(["Pow", "x", 2])],
];

const ERF: Pattern = ["Erf", ["Mul", "x", Math.SQRT1_2]];
const ERF_BY: Pattern = ["Erf", ["Div", "x", Math.SQRT2]];
const CUBE: Pattern = ["Mul", ["Mul", "x", "x"], "x"];
const TANH: Pattern = [
  "Tanh",
  ["Mul", ["Add", "x", ["Mul", CUBE, 0.044715]], Math.sqrt(2 / Math.PI)],
];
/** Half of x, times 1 and something, in the orders of exporters. */
const halves = (inner: Pattern): Pattern[] => [
  ["Mul", ["Mul", "x", 0.5], ["Add", inner, 1]],
  ["Mul", ["Mul", "x", ["Add", inner, 1]], 0.5],
];

/** The larger ones first: one may be a part of another. */
const FUSIONS: readonly Fusion[] = [
  {
    patterns: NORMAL.map((normal): Pattern => ["Add", ["Mul", normal, "GAMMA"], "BETA"]),
    accepts: meansOfLast,
    read: (c, constant) => {
      const x = c.first(c.value(0));
      const [gamma, beta] = [constant("GAMMA"), constant("BETA")];
      const layer = c.layers.layerNormalization({
        name: c.name(),
        epsilon: constant("EPSILON").data[0]!,
      });
      c.weights.set(layer, { gamma: flat(gamma), beta: flat(beta) });
      c.set(c.apply(layer, x), false);
    },
  },
  {
    patterns: RMS.map((rms): Pattern => ["Mul", rms, "SCALE"]),
    accepts: meansOfLast,
    read: (c, constant) => {
      const x = c.first(c.value(0));
      const layer = c.layers.rmsNormalization({
        name: c.name(),
        epsilon: constant("EPSILON").data[0]!,
      });
      c.weights.set(layer, { scale: flat(constant("SCALE")) });
      c.set(c.apply(layer, x), false);
    },
  },
  {
    patterns: [...halves(ERF), ...halves(ERF_BY)],
    read: activation("gelu"),
  },
  { patterns: halves(TANH), read: activation("gelu", { approximate: "tanh" }) },
  { patterns: [["Mul", "x", ["Sigmoid", "x"]]], read: activation("silu") },
  { patterns: [["Mul", "x", ["Tanh", ["Softplus", "x"]]]], read: activation("mish") },
  { patterns: [["Neg", ["Softplus", ["Neg", "x"]]]], read: activation("logSigmoid") },
  {
    patterns: [["Sub", ["Relu", "x"], ["Mul", ["Relu", ["Neg", "x"]], "ALPHA"]]],
    read: (c, constant) => {
      const alpha = constant("ALPHA");
      const shape =
        alpha.shape.length > 1 && alpha.shape[0] === 1 ? alpha.shape.slice(1) : alpha.shape;
      const x = c.reshape(c.first(c.value(0)), shape);
      const layer = c.layers.prelu({ name: c.name() });
      c.weights.set(layer, { alpha: new Tensor(alpha.data, shape, "float32") });
      c.set(c.apply(layer, x), false);
    },
  },
  {
    // Of constants: what a normalization learned from the data. Its variance is that of the quotient.
    patterns: [["Div", ["Sub", "x", "MEAN"], "DEVIATION"]],
    accepts: (c, { names }) => {
      const [mean, deviation] = ["MEAN", "DEVIATION"].map((name) =>
        c.constants.get(names.get(name)!),
      );
      return (
        !!mean &&
        !!deviation &&
        isOfLast(mean) &&
        isOfLast(deviation) &&
        mean.data.length === deviation.data.length
      );
    },
    read: (c, constant) => {
      const [mean, deviation] = [constant("MEAN"), constant("DEVIATION")];
      const x = c.first(c.value(0));
      const one = mean.data.length === 1;
      const layer = c.layers.normalization({
        name: c.name(),
        axis: one ? null : -1,
      });
      const variance = Float32Array.from(deviation.data, (d) => d * d);
      c.weights.set(layer, {
        mean: flat(mean),
        variance: new Tensor(variance, [variance.length], "float32"),
      });
      c.set(c.apply(layer, x), false);
    },
  },
];

function flat(t: Tensor): Tensor {
  return new Tensor(t.data, [t.data.length], "float32");
}

/** Whether a constant has one number for each element of the last axis. */
function isOfLast({ data, shape }: Tensor): boolean {
  return data.length === (shape.at(-1) ?? 1);
}

/** A view of the graph for matching. */
class Matcher {
  private readonly c: OnnxConverter;
  private readonly makers = new Map<string, OnnxNode>();

  constructor(c: OnnxConverter) {
    this.c = c;
    for (const node of c.graph.nodes) for (const name of node.outputs) this.makers.set(name, node);
  }

  /** What is behind a value that is only reshaped or passed on, and the nodes that do it. */
  private behind(name: string, passed: OnnxNode[]): string {
    const node = this.makers.get(name);
    if (!node || !CLEAR.has(node.op)) return name;
    passed.push(node);
    return this.behind(node.inputs[0]!, passed);
  }

  private isNumber(name: string, wanted: number): boolean {
    const data = this.c.constants.get(name)?.data;
    return data?.length === 1 && Math.abs(data[0]! - wanted) <= 1e-6 * Math.abs(wanted);
  }

  private matches(name: string, pattern: Pattern, { names, nodes }: Match): Match | null {
    if (typeof pattern === "number") return this.isNumber(name, pattern) ? { names, nodes } : null;
    if (typeof pattern === "string") {
      const known = names.get(pattern);
      const isConstant = this.c.constants.has(name);
      if (isConstant !== (pattern !== "x")) return null;
      if (known === undefined) return { names: new Map(names).set(pattern, name), nodes };
      // One value may come by two ways around reshapes.
      return this.behind(known, []) === this.behind(name, []) ? { names, nodes } : null;
    }
    const [op, parts] = [pattern[0], pattern.slice(1)];
    const passed: OnnxNode[] = [];
    const node = this.makers.get(this.behind(name, passed));
    if (!node || node.op !== op || node.inputs.length < parts.length) return null;
    const orders =
      COMMUTATIVE.has(op) && parts.length === 2
        ? [
            [0, 1],
            [1, 0],
          ]
        : [parts.map((_, i) => i)];
    for (const order of orders) {
      let found: Match | null = { names, nodes: new Set([...nodes, ...passed, node]) };
      for (const [i, at] of order.entries())
        found = found && this.matches(node.inputs[at]!, parts[i]!, found);
      if (found) return found;
    }
    return null;
  }

  /** A match that ends in a node and whose inner values nobody else reads. */
  at(root: OnnxNode, fusion: Fusion): Match | null {
    for (const pattern of fusion.patterns) {
      const found = this.matches(root.outputs[0]!, pattern, { names: new Map(), nodes: new Set() });
      if (!found) continue;
      const inner = [...found.nodes].filter((node) => node !== root);
      const closed = inner.every((node) =>
        node.outputs.every(
          (name) =>
            (this.c.uses.get(name) ?? []).every((user) => found.nodes.has(user)) &&
            !this.c.graph.outputs.some((end) => end.name === name),
        ),
      );
      if (closed && (fusion.accepts?.(this.c, found) ?? true)) return found;
    }
    return null;
  }
}

/**
 * Finds what several nodes are together: normalizations and activations that ONNX, or its operator set, has no op for. Their
 * inner nodes are absorbed, and the last one is replaced by one of the op "fused" whose input is the data.
 */
export function fuse(c: OnnxConverter): Map<OnnxNode, { node: OnnxNode; read: () => void }> {
  const matcher = new Matcher(c);
  const fused = new Map<OnnxNode, { node: OnnxNode; read: () => void }>();
  const taken = new Set<OnnxNode>();
  for (const fusion of FUSIONS) {
    for (const root of c.graph.nodes) {
      if (taken.has(root)) continue;
      const found = matcher.at(root, fusion);
      if (!found || [...found.nodes].some((node) => taken.has(node))) continue;
      for (const node of found.nodes) {
        taken.add(node);
        if (node !== root) c.absorbed.add(node);
      }
      const node: OnnxNode = {
        ...root,
        op: "fused",
        inputs: [found.names.get("x")!],
        attributes: {},
      };
      const constant = (letter: string): Tensor => c.constants.get(found.names.get(letter)!)!;
      fused.set(root, { node, read: () => fusion.read(c, constant) });
    }
  }
  return fused;
}
