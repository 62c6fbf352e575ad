import { OptionError, ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { axisOf, printShape, sameShape, sizeOf } from "../shape.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { around, checkIndices, gather, gatherElements } from "./gather.ts";
import { pad } from "./pad.ts";

/** What becomes of an element to which updates come, and the kernels' codes. */
const REDUCTIONS = { none: 0, add: 1, mul: 2, max: 3, min: 4 } as const;

/** How updates are taken: "none" replaces what was there. */
export type ScatterReduction = keyof typeof REDUCTIONS;

/** The axis that is indexed, and its length. */
type AddAttrs = { axis: number; length: number };

/** Zeros, and slices added at their indices in order: the gradient of `gather`. */
export const scatterAddSlices: Op<AddAttrs> = /* @__PURE__ */ defineOp<AddAttrs>({
  name: "scatterAddSlices",
  inputs: ["updates", "indices"],
  attrs: { axis: 0, length: 0 },
  shape: ([updates, indices], { axis, length }, dtypes) => {
    checkIndices("scatterAddSlices", dtypes[1]);
    return updates!.toSpliced(axis, indices!.length, length);
  },
  emit: (k, { updates, indices, out }, { attrs, shapes, out: shape, size, table }) => {
    k.fill(table([0]), out!, size);
    const { outer, length, inner } = around(shape, attrs.axis);
    const n = sizeOf(shapes["indices"]!);
    if (size > 0) k.scatter(1, indices!, updates!, out!, n, length, inner, outer * inner);
  },
  grad: ({ inputs: [, indices], attrs: { axis }, dout }) => [
    gather(dout, indices!, { axis, missing: "zero" }),
    null,
  ],
  flops: ([updates]) => sizeOf(updates!),
});

/** Zeros, and elements added at their indices in order: the gradient of `gatherElements`. */
export const scatterAddElements: Op<AddAttrs> = /* @__PURE__ */ defineOp<AddAttrs>({
  name: "scatterAddElements",
  inputs: ["updates", "indices"],
  attrs: { axis: 0, length: 0 },
  shape: ([updates], { axis, length }, dtypes) => {
    checkIndices("scatterAddElements", dtypes[1]);
    return updates!.with(axis, length);
  },
  emit: (k, { updates, indices, out }, { attrs, shapes, out: shape, size, table }) => {
    k.fill(table([0]), out!, size);
    const { outer, length, inner } = around(shape, attrs.axis);
    const n = shapes["indices"]![attrs.axis]!;
    if (size > 0) k.scatterElements(1, indices!, updates!, out!, n, length, inner, outer * inner);
  },
  grad: ({ inputs: [, indices], attrs: { axis }, dout }) => [
    gatherElements(dout, indices!, { axis, missing: "zero" }),
    null,
  ],
  flops: ([updates]) => sizeOf(updates!),
});

type ScatterAttrs = { axis: number; reduction: ScatterReduction };

const scatterElementsOp: Op<ScatterAttrs> = /* @__PURE__ */ defineOp<ScatterAttrs>({
  name: "scatterElements",
  inputs: ["x", "indices", "updates"],
  attrs: { axis: 0, reduction: "none" },
  shape: ([x], _attrs, dtypes) => {
    checkIndices("scatterElements", dtypes[1]);
    return x!;
  },
  dtype: ([x]) => x!,
  emit: (k, { x, indices, updates, out }, { attrs, shapes, size }) => {
    if (x !== out) k.copyBytes(x!, out!, 4 * size);
    const { outer, length, inner } = around(shapes["x"]!, attrs.axis);
    const n = shapes["indices"]![attrs.axis]!;
    const kind = REDUCTIONS[attrs.reduction];
    if (size > 0)
      k.scatterElements(kind, indices!, updates!, out!, n, length, inner, outer * inner);
  },
  grad: ({ inputs: [, indices, updates], attrs: { axis, reduction }, dout, needs }) => {
    checkDifferentiable("scatterElements", reduction);
    const zeros = broadcastTo(constant(0), updates!.shape);
    const dx = reduction === "add" ? dout : scatterElementsOp(dout, indices, zeros, { axis });
    const dupdates = (): SymbolicTensor =>
      gatherElements(dout, indices!, { axis, missing: "zero" });
    return [needs(0) ? dx : null, null, needs(2) ? dupdates() : null];
  },
  inPlace: 0,
});

const scatterOp: Op<ScatterAttrs> = /* @__PURE__ */ defineOp<ScatterAttrs>({
  name: "scatter",
  inputs: ["x", "indices", "updates"],
  attrs: { axis: 0, reduction: "none" },
  shape: ([x], _attrs, dtypes) => {
    checkIndices("scatter", dtypes[1]);
    return x!;
  },
  dtype: ([x]) => x!,
  emit: (k, { x, indices, updates, out }, { attrs, shapes, size }) => {
    if (x !== out) k.copyBytes(x!, out!, 4 * size);
    const { outer, length, inner } = around(shapes["x"]!, attrs.axis);
    const n = sizeOf(shapes["indices"]!);
    const kind = REDUCTIONS[attrs.reduction];
    if (size > 0) k.scatter(kind, indices!, updates!, out!, n, length, inner, outer * inner);
  },
  grad: ({ inputs: [, indices, updates], attrs: { axis, reduction }, dout, needs }) => {
    checkDifferentiable("scatter", reduction);
    const zeros = broadcastTo(constant(0), updates!.shape);
    const dx = reduction === "add" ? dout : scatterOp(dout, indices, zeros, { axis });
    const dupdates = (): SymbolicTensor => gather(dout, indices!, { axis, missing: "zero" });
    return [needs(0) ? dx : null, null, needs(2) ? dupdates() : null];
  },
  inPlace: 0,
});

function checkDifferentiable(subject: string, reduction: ScatterReduction): void {
  if (reduction === "none" || reduction === "add") return;
  throw new ShapeError(
    `gradient: "${subject}" has no gradient with reduction "${reduction}"; use "none" or "add"`,
  );
}

function checkReduction(subject: string, reduction: string, x: SymbolicTensor): void {
  if (!Object.hasOwn(REDUCTIONS, reduction)) {
    throw new OptionError(
      `${subject}: reduction must be one of ${Object.keys(REDUCTIONS).join(", ")}, got ${JSON.stringify(reduction)}`,
    );
  }
  if (x.dtype !== "float32" && !(x.dtype === "int32" && reduction === "none")) {
    throw new ShapeError(
      `${subject}: x must be float32, or int32 where the reduction is "none", got ${x.dtype}; use cast()`,
    );
  }
}

/** What the scatters take. */
export interface ScatterOptions {
  /** The axis that is indexed, counted from either end. Default 0. */
  axis?: number;
  /** "none": an update replaces what was there; or it is added, multiplied, or the larger or smaller stays. Default "none". */
  reduction?: ScatterReduction;
}

/**
 * x with slices replaced by index, `out[..., indices[i], ...] = updates[..., i, ...]`, or combined with
 * what was there, in the order of the indices. The updates have the shape that `gather` would give.
 *
 * An index outside of [0, length) is left out. Where an index repeats under "none" the last update stays,
 * but all of them get its gradient.
 *
 * inputs: x float32 (int32 under "none"), indices int32[...], updates like x. Gradients under "none" and "add".
 *
 * @throws ShapeError where the updates do not fit
 */
export function scatter(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  updates: SymbolicTensor,
  { axis = 0, reduction = "none" }: ScatterOptions = {},
): SymbolicTensor {
  const along = axisOf("scatter", axis, x.shape.length);
  checkReduction("scatter", reduction, x);
  const wanted = x.shape.toSpliced(along, 1, ...indices.shape);
  if (!sameShape(updates.shape, wanted) || updates.dtype !== x.dtype) {
    throw new ShapeError(
      `scatter: updates must be ${x.dtype}${printShape(wanted)}, got ${updates.dtype}${printShape(updates.shape)}`,
    );
  }
  return scatterOp(x, indices, updates, { axis: along, reduction });
}

/**
 * x with elements replaced by an index each, `out[i][indices[i][j]] = updates[i][j]` for axis 1 of 2, or
 * combined with what was there, in order: PyTorch's scatter and scatter_add. Indices and updates have one
 * shape, of x's rank, and are not longer than x along the other axes.
 *
 * An index outside of [0, length) is left out. Where an index repeats under "none" the last update stays,
 * but all of them get its gradient.
 *
 * inputs: x float32 (int32 under "none"), indices int32, updates like x. Gradients under "none" and "add".
 *
 * @throws ShapeError where the shapes do not fit
 */
export function scatterElements(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  updates: SymbolicTensor,
  { axis = 0, reduction = "none" }: ScatterOptions = {},
): SymbolicTensor {
  const { shape } = x;
  const along = axisOf("scatterElements", axis, shape.length);
  checkReduction("scatterElements", reduction, x);
  const fits =
    sameShape(indices.shape, updates.shape) &&
    indices.shape.length === shape.length &&
    indices.shape.every((n, i) => i === along || n <= shape[i]!);
  if (!fits || updates.dtype !== x.dtype) {
    throw new ShapeError(
      `scatterElements: updates must be ${x.dtype}, of the shape of the indices, which lies within ${printShape(shape)} but for axis ${along}, got ${updates.dtype}${printShape(updates.shape)} and ${printShape(indices.shape)}`,
    );
  }
  // Indices that lie nowhere fill up the other axes.
  const paddings = indices.shape.map((n, i): [number, number] => [
    0,
    i === along ? 0 : shape[i]! - n,
  ]);
  return scatterElementsOp(x, pad(indices, { paddings, value: -1 }), pad(updates, { paddings }), {
    axis: along,
    reduction,
  });
}
