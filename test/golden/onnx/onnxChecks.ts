import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gradient } from "../../../src/autograd/gradient.ts";
import { type SymbolicTensor, leaf } from "../../../src/graph/symbolic.ts";
import { trace } from "../../../src/plan/trace.ts";
import { printShape, sameShape } from "../../../src/shape.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { type Check, casesOf } from "../check.ts";
import { type Encoded, type EncodedTensors, decode, hostTensor } from "../golden.ts";
import { attentionOperators } from "./attention.ts";
import { elementOperators } from "./elements.ts";
import { learningOperators } from "./learning.ts";
import { type NodeCall, type Operators, Unsupported } from "./node.ts";
import { recurrentOperators } from "./recurrent.ts";
import { reductionOperators } from "./reductions.ts";
import { resizeOperators } from "./resize.ts";
import { shapeOperators } from "./shapes.ts";
import { windowOperators } from "./windows.ts";

/** One node of a case. */
interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/** A case of a file of format onnx-cases/1. */
interface OnnxCase {
  readonly op: string | null;
  readonly opset?: Readonly<Record<string, number>>;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: EncodedTensors;
  readonly initializers?: EncodedTensors;
  readonly outputs: EncodedTensors;
}

const operators: Operators = {
  ...attentionOperators,
  ...elementOperators,
  ...learningOperators,
  ...recurrentOperators,
  ...reductionOperators,
  ...resizeOperators,
  ...shapeOperators,
  ...windowOperators,
};

/** ONNX's default tolerance for floats: |x - e| <= 1e-7 + 1e-3 |e|. */
const ABSOLUTE = 1e-7;
const RELATIVE = 1e-3;

/** Everything that a case is given. */
function givenOf(c: OnnxCase): EncodedTensors {
  return { ...c.inputs, ...c.initializers };
}

/** The results of a graph by name. */
function evaluate(
  c: OnnxCase,
  leaves: Readonly<Record<string, SymbolicTensor>>,
): Readonly<Record<string, SymbolicTensor>> {
  const given = givenOf(c);
  const tensors: Record<string, SymbolicTensor> = { ...leaves };
  for (const { op, inputs, outputs, attrs = {} } of c.nodes) {
    if (op === "Gradient") {
      const by = (attrs["xs"] as string[]).map((name) => tensors[name]!);
      const made = gradient(tensors[attrs["y"] as string]!, by);
      outputs.forEach((name, i) => (tensors[name] = made[i]!));
      continue;
    }
    const operator = operators[op];
    if (!operator) throw new Unsupported(`there is no ${op}`);
    const call: NodeCall = {
      op,
      attrs,
      outputs,
      opset: c.opset?.["ai.onnx"] ?? c.opset?.[""] ?? Infinity,
      x: inputs.map((name) => (name === "" ? null : tensors[name]!)),
      values: (i) => {
        const name = inputs[i] ?? "";
        if (name === "") return null;
        if (!given[name]) throw new Unsupported(`a shape that depends on data ("${name}")`);
        return [...decode(given[name], name)];
      },
    };
    const made = operator(call);
    const list = Array.isArray(made) ? (made as readonly SymbolicTensor[]) : [made];
    outputs.forEach((name, i) => {
      if (name !== "") tensors[name] = list[i] as SymbolicTensor;
    });
  }
  return tensors;
}

function worst(name: string, got: Tensor, expected: Encoded): number {
  const e = decode(expected, name);
  if (!sameShape(got.shape, expected.shape)) {
    throw new RangeError(
      `${name}: must have shape ${printShape(expected.shape)}, got ${printShape(got.shape)}`,
    );
  }
  const float = expected.dtype === "float32" || expected.dtype === "float64";
  if (float !== (got.dtype === "float32"))
    throw new TypeError(`${name}: must be ${expected.dtype}, got ${got.dtype}`);
  let ratio = 0;
  e.forEach((v, i) => {
    const x = got.data[i]!;
    if (Object.is(x, v) || x === v || (Number.isNaN(x) && Number.isNaN(v))) return;
    const bound = float ? ABSOLUTE + RELATIVE * Math.abs(v) : 0;
    const error = Math.abs(x - v);
    ratio = Math.max(
      ratio,
      error <= bound
        ? error / bound
        : Number.isFinite(error) && bound > 0
          ? error / bound
          : Infinity,
    );
  });
  return ratio;
}

async function run(c: OnnxCase): Promise<number> {
  const given = givenOf(c);
  const names = Object.keys(given);
  const wanted = Object.keys(c.outputs);
  const f = trace((...leaves) => {
    const tensors = evaluate(c, Object.fromEntries(names.map((name, i) => [name, leaves[i]!])));
    return wanted.map((name) => tensors[name]!);
  });
  const results = await f(...names.map((name) => hostTensor(given[name], name)));
  return Math.max(...results.map((t, i) => worst(wanted[i]!, t, c.outputs[wanted[i]!]!)));
}

/** Why a case cannot run, found by building its graph; null where it can. */
function missing(c: OnnxCase): string | null {
  const given = givenOf(c);
  const beyond = Object.values({ ...given, ...c.outputs }).some(
    (t) =>
      t.dtype === "float64" &&
      decode(t).some((v) => Number.isFinite(v) && !Number.isFinite(Math.fround(v))),
  );
  if (beyond) return "numbers beyond float32";
  const leaves = Object.entries(given).map(([name, t]) => {
    const { shape, dtype } = hostTensor(t, name);
    return [name, leaf("input", name, shape, dtype)] as const;
  });
  try {
    evaluate(c, Object.fromEntries(leaves));
    return null;
  } catch (error) {
    // Any other fault shows when the check runs.
    return error instanceof Unsupported ? error.message : null;
  }
}

/** Names of the files. */
const FILES = ["onnx_node.json", "onnx_pytorch.json"];

/** Every ONNX case of a folder; null where the folder has none. */
export function onnxChecks(folder: string): Check[] | null {
  const files = FILES.filter((file) => existsSync(join(folder, file)));
  if (files.length === 0) return null;
  return files.flatMap((file) => {
    const content = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;
    return casesOf(content).map(({ id, value }): Check => {
      const c = value as OnnxCase;
      const later = missing(c);
      const group = c.op ?? c.nodes.map((node) => node.op).join(", ");
      return { file, group, id, ...(later !== null && { later }), run: () => run(c) };
    });
  });
}
