import { allocate } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Some rows of a tensor, in the order that is asked for. */
export function takeTensorRows(t: Tensor, rows: ArrayLike<number>): Tensor {
  const width = t.shape[0] === 0 ? 0 : t.size / t.shape[0]!;
  const data = allocate(t.dtype, rows.length * width);
  for (let i = 0; i < rows.length; i++)
    data.set(t.data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  return new Tensor(data, [rows.length, ...t.shape.slice(1)], t.dtype);
}
