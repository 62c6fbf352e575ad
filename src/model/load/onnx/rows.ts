import type { LayerTensor } from "../../../layers/layerTensor.ts";
import type { OnnxConverter } from "./converter.ts";

/** Ops that see the last axis of a tensor or single elements, and so give the same for rows of any grouping. */
const ROWWISE: ReadonlySet<string> = new Set([
  ...["MatMul", "Gemm", "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Identity", "Cast"],
  ...["Dropout", "LayerNormalization", "Softmax", "LogSoftmax", "Clip", "fused"],
]);

/**
 * Products of matrices take rows: exporters, ours among them, fold [batch, time, features] to [batch * time, features]
 * around them. Our layers act on the last axis of any tensor, so the value stays as it was, and only how ONNX sees it is
 * noted. Reads a node of such rows.
 *
 * @returns whether it was one
 */
export function acrossRows(c: OnnxConverter, isElementwise: boolean, read: () => void): boolean {
  const names = c.node.inputs.filter((name) => c.rows.has(name));
  if (names.length === 0 || c.node.op === "Reshape") return false;
  const { op, attributes } = c.node;
  const alone = c.node.inputs.every((name) => c.rows.has(name) || !c.values.has(name));
  if (!(ROWWISE.has(op) || isElementwise) || !alone)
    c.fail("is not read of samples that are folded into rows");
  const given = c.node;
  // Of two axes the last one is axis 1, and -1 however many there are.
  if (attributes["axis"] === 1) c.node = { ...given, attributes: { ...attributes, axis: -1 } };
  for (const name of names) c.values.set(name, { t: c.rows.get(name)!, last: false });
  c.givesRows = true;
  try {
    read();
  } finally {
    c.givesRows = false;
    c.node = given;
    for (const name of names) c.values.delete(name);
  }
  return true;
}

/** `Reshape` to rows, and of rows. @returns what it is a reshape of by itself, or null where there is nothing left to do */
export function reshapedRows(c: OnnxConverter, target: readonly number[]): LayerTensor | null {
  const [input, output] = [c.node.inputs[0]!, c.node.outputs[0]!];
  const folded = c.rows.get(input);
  const value = folded ? { t: folded, last: false } : c.value(0);
  const own = c.shapeOf(value);
  const size = own.reduce((a, b) => a * b, 1);
  const [first, features] = [target[0]!, target.at(-1)!];
  const rows = size / features;
  const toRows =
    target.length === 2 &&
    own.length > 1 &&
    features === own.at(-1) &&
    rows > 1 &&
    (first === -1 || first === c.batch * rows);
  if (!toRows) return folded ?? null;
  c.rows.set(output, c.first(value));
  return null;
}
