import { Tensor } from "../../../tensor/tensor.ts";
import { sizeOf } from "../../../shape.ts";
import type { OnnxConverter } from "./converter.ts";
import { cropped } from "./crops.ts";

/** Normalization over the last axes of each sample. */
export function layerNorm(c: OnnxConverter): void {
  const x = c.first(c.value(0));
  const rank = x.shape.length + 1;
  const given = c.number("axis", -1);
  const from = given < 0 ? given + rank : given;
  if (from < 1) c.fail("must leave the batch as it is");
  const shape = x.shape.slice(from - 1);
  const of = (index: number): Tensor | null => {
    const t = c.constant(index);
    if (t && t.data.length !== sizeOf(shape))
      c.fail(`must have ${sizeOf(shape)} numbers as input ${index}`);
    return t && new Tensor(t.data, shape, "float32");
  };
  const [gamma, beta] = [of(1) ?? c.fail("must have a scale"), of(2)];
  if (c.node.outputs.slice(1).some((name) => c.uses.has(name))) c.fail("must give one output");
  const layer = c.layers.layerNormalization({
    name: c.name(),
    axis: shape.map((_, i) => from + i),
    epsilon: c.number("epsilon", 1e-5),
    center: beta !== null,
  });
  c.weights.set(layer, { gamma, ...(beta && { beta }) });
  c.set(c.apply(layer, x), false);
}

/** `Gather`: rows of a table by indices, as an embedding; or one position of an axis. */
export function gather(c: OnnxConverter): void {
  const axis = c.number("axis", 0);
  if (c.isConstant(0)) {
    const table = c.required(0);
    if (axis !== 0 || table.shape.length !== 2) c.fail("of a constant must be of rows of a matrix");
    const [inputDim, outputDim] = table.shape as [number, number];
    const { t } = c.value(1);
    if (t.dtype !== "int32") c.fail("must have whole numbers as indices");
    const layer = c.layers.embedding({ name: c.name(), inputDim, outputDim });
    c.weights.set(layer, { embeddings: table });
    return c.set(c.apply(layer, t), false);
  }
  const at = c.required(1);
  if (at.data.length !== 1) c.fail("must be of one position, or of rows of a constant");
  const value = c.value(0);
  const x = c.first(value);
  const own = axis < 0 ? axis + x.shape.length + 1 : axis;
  const length = x.shape[own - 1] ?? c.fail("must leave the batch as it is");
  const position = at.data[0]! < 0 ? at.data[0]! + length : at.data[0]!;
  const t = cropped(c, x, own, position, 1);
  if (at.shape.length > 0) return c.set(t, false);
  const kept = t.shape.filter((_, i) => i !== own - 1);
  c.set(c.reshape(t, kept), false);
}
