import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, printShape, sameShape, sizeOf } from "../shape.ts";
import { type GatherOptions, checkIndices, gather } from "./gather.ts";
import { reshape } from "./reshape.ts";
import { type ScatterOptions, scatter } from "./scatter.ts";

/** Row-major places of coordinates in `lengths`, one block of them after the other. */
const flatIndices: Op<{ lengths: Shape; block: number }> = /* @__PURE__ */ defineOp<{
  lengths: Shape;
  block: number;
}>({
  name: "flatIndices",
  inputs: ["indices"],
  attrs: { lengths: [], block: 1 },
  shape: ([indices], _attrs, [dtype]) => {
    checkIndices("flatIndices", dtype);
    return indices!.slice(0, -1);
  },
  dtype: () => "int32",
  emit: (k, { indices, out }, { attrs: { lengths, block }, size, table }) => {
    if (size > 0) k.flatIndices(indices!, out!, table(lengths), lengths.length, block, size);
  },
});

/** x as rows, and the row of each index. The first `batch` axes are shared. @throws ShapeError */
function rowsOf(
  subject: string,
  x: SymbolicTensor,
  indices: SymbolicTensor,
  batch: number,
): { rows: SymbolicTensor; places: SymbolicTensor } {
  const depth = indices.shape.at(-1) ?? 0;
  const shared = Number.isInteger(batch) && batch >= 0 && batch < indices.shape.length;
  if (
    !shared ||
    depth < 1 ||
    batch + depth > x.shape.length ||
    !sameShape(x.shape.slice(0, batch), indices.shape.slice(0, batch))
  ) {
    throw new ShapeError(
      `${subject}: the last axis of the indices must hold 1 to ${x.shape.length - batch} coordinates in ${printShape(x.shape)} behind ${batch} axes that are shared, got ${printShape(indices.shape)}`,
    );
  }
  const lengths = x.shape.slice(batch, batch + depth);
  const rest = x.shape.slice(batch + depth);
  const block = sizeOf(indices.shape.slice(batch, -1));
  return {
    rows: reshape(x, { shape: [sizeOf(x.shape.slice(0, batch + depth)), ...rest] }),
    places: flatIndices(indices, { lengths, block }),
  };
}

/**
 * Slices of x by coordinates, `out[i] = x[indices[i, 0], indices[i, 1], ...]`: the last axis of the indices
 * holds coordinates in the first axes of x. Coordinates outside of x read nothing and give NaN.
 *
 * inputs: x of any dtype, indices int32[..., depth].
 *
 * @throws ShapeError where the indices do not fit
 */
export function gatherNd(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  options: Pick<GatherOptions, "missing"> & {
    /** First axes that x and indices share. Default 0. */
    batchDims?: number;
  } = {},
): SymbolicTensor {
  const { batchDims = 0, missing = "nan" } = options;
  const { rows, places } = rowsOf("gatherNd", x, indices, batchDims);
  return gather(rows, places, { missing });
}

/**
 * x with slices replaced at coordinates, or combined with what was there, in order: `out[indices[i, 0], ...] =
 * updates[i]`. Coordinates outside of x are left out. See `scatter` for indices that repeat.
 *
 * inputs: x float32 (int32 under "none"), indices int32[..., depth], updates like x.
 *
 * @throws ShapeError where the shapes do not fit
 */
export function scatterNd(
  x: SymbolicTensor,
  indices: SymbolicTensor,
  updates: SymbolicTensor,
  { reduction = "none" }: Pick<ScatterOptions, "reduction"> = {},
): SymbolicTensor {
  const { rows, places } = rowsOf("scatterNd", x, indices, 0);
  return reshape(scatter(rows, places, updates, { reduction }), { shape: x.shape });
}
