import { allocate } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Samples } from "../../train/split.ts";

/** The given rows of samples, in their order. */
export function gatherSamples({ x, y }: Samples, rows: ArrayLike<number>): Samples {
  return { x: gatherRows(x, rows), y: gatherRows(y, rows) };
}

function gatherRows(t: Tensor, rows: ArrayLike<number>): Tensor {
  const width = t.shape.slice(1).reduce((size, n) => size * n, 1);
  const data = allocate(t.dtype, rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    data.set(t.data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return new Tensor(data, [rows.length, ...t.shape.slice(1)], t.dtype);
}
