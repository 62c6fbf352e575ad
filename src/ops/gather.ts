import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type DType, type Shape, axisOf, printShape, sizeOf } from "../shape.ts";
import { scatterAddElements, scatterAddSlices } from "./scatter.ts";
import { slice } from "./slice.ts";
import { asWords } from "./words.ts";

/** Attributes of both ops: what an index outside of x gives is NaN (the smallest int32), or 0. */
type GatherAttrs = { axis: number; missing: "nan" | "zero" };

/** The word for what is not there. */
function wordOf(missing: GatherAttrs["missing"], dtype: DType): number {
  if (missing === "zero") return 0;
  return dtype === "float32" ? 0x7fc00000 : -(2 ** 31);
}

/** [outer, length, inner] of a shape seen from an axis. */
export function around(
  shape: Shape,
  axis: number,
): { outer: number; length: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis]!,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

/** Throws where indices are not int32. @throws ShapeError */
export function checkIndices(subject: string, dtype: DType | undefined): void {
  if (dtype === "int32") return;
  throw new ShapeError(`${subject}: indices must be int32, got ${dtype}; use cast()`);
}

const gatherOp: Op<GatherAttrs> = /* @__PURE__ */ defineOp<GatherAttrs>({
  name: "gather",
  inputs: ["x", "indices"],
  attrs: { axis: 0, missing: "nan" },
  shape: ([x, indices], { axis }, dtypes) => {
    checkIndices("gather", dtypes[1]);
    return x!.toSpliced(axis, 1, ...indices!);
  },
  dtype: ([x]) => x!,
  emit: (k, { x, indices, out }, { attrs, shapes, dtype, size }) => {
    const { length, inner } = around(shapes["x"]!, attrs.axis);
    const n = sizeOf(shapes["indices"]!);
    const missing = wordOf(attrs.missing, dtype);
    if (size > 0) k.gather(x!, indices!, out!, n, length, inner, missing, size / inner);
  },
  grad: ({ inputs: [x, indices], attrs: { axis }, dout }) => [
    scatterAddSlices(dout, indices!, { axis, length: x!.shape[axis]! }),
    null,
  ],
});

const gatherElementsOp: Op<GatherAttrs> = /* @__PURE__ */ defineOp<GatherAttrs>({
  name: "gatherElements",
  inputs: ["x", "indices"],
  attrs: { axis: 0, missing: "nan" },
  shape: (shapes, _attrs, dtypes) => {
    checkIndices("gatherElements", dtypes[1]);
    return shapes[1]!;
  },
  dtype: ([x]) => x!,
  emit: (k, { x, indices, out }, { attrs, shapes, out: shape, dtype, size }) => {
    const { length, inner } = around(shapes["x"]!, attrs.axis);
    const missing = wordOf(attrs.missing, dtype);
    const n = shape[attrs.axis]!;
    if (size > 0) k.gatherElements(x!, indices!, out!, n, length, inner, missing, size);
  },
  grad: ({ inputs: [x, indices], attrs: { axis }, dout }) => [
    scatterAddElements(dout, indices!, { axis, length: x!.shape[axis]! }),
    null,
  ],
});

/** What `gather` and `gatherElements` take. */
export interface GatherOptions {
  /** The axis that is indexed, counted from either end. Default 0. */
  axis?: number;
  /** What an index that lies outside gives: NaN (the smallest number in int32), or 0. Default "nan". */
  missing?: "nan" | "zero";
}

/**
 * Slices of x by index, `out[..., i, ...] = x[..., indices[i], ...]`: the axis gives way to the axes of the
 * indices. Rows of a table by default: an embedding. The gradient adds up where an index repeats.
 *
 * An index outside of [0, length) reads nothing and gives NaN, which shows; no gradient comes from it.
 *
 * inputs: x of any dtype, indices int32[...].
 *
 * @example
 *     gather(weights, tokens)            // float32[vocabulary, units], int32[batch, time]
 *     gather(x, indices, { axis: 1 })    // x[:, indices]
 */
export function gather(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  { axis = 0, missing = "nan" }: GatherOptions = {},
): SymbolicTensor {
  const along = axisOf("gather", axis, x.shape.length);
  return asWords(x, (words) => gatherOp(words, indices, { axis: along, missing }));
}

/**
 * Elements of x by an index each, `out[i][j] = x[i][indices[i][j]]` for axis 1 of 2: PyTorch's gather. The
 * indices have x's rank, and are not longer than x along the other axes. Where an index lies outside of
 * [0, length) the result is NaN; no gradient comes from it.
 *
 * inputs: x of any dtype, indices int32[...].
 *
 * @throws ShapeError where the indices do not fit
 */
export function gatherElements(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  { axis = 0, missing = "nan" }: GatherOptions = {},
): SymbolicTensor {
  const along = axisOf("gatherElements", axis, x.shape.length);
  const fits =
    indices.shape.length === x.shape.length &&
    indices.shape.every((n, i) => i === along || n <= x.shape[i]!);
  if (!fits) {
    throw new ShapeError(
      `gatherElements: indices must have the rank of x and lie within it but for axis ${along}, got ${printShape(indices.shape)} for ${printShape(x.shape)}`,
    );
  }
  const size = indices.shape.with(along, x.shape[along]!);
  const part = slice(x, { begin: size.map(() => 0), size });
  return asWords(part, (words) => gatherElementsOp(words, indices, { axis: along, missing }));
}
