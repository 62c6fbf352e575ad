import { arraysOf, rowOf } from "./arrays.ts";
import { Dataset } from "./dataset.ts";
import type { DataLike } from "./hostTensor.ts";
import { type DataLikes, sampleOf } from "./sample.ts";
import { rowsStage } from "./stage.ts";

/**
 * Samples in memory. uint8, bool, int32 and float32 stay what they are, here and in linear memory, and are not
 * copied; float64 is rounded, int64 becomes int32.
 *
 * @param x             tensor, typed array or nested numbers whose first axis counts samples; several in a list or by name
 * @param y             labels, in the same way
 * @param sampleWeight  a number a sample
 * @throws ShapeError if first axes differ
 * @throws DataError if a value is lost by narrowing
 *
 * @example
 *     dataset.fromArrays([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]).batch(2)
 *     dataset.fromArrays({ image: tensor(pixels, [60, 8, 8, 1]), age: ages }, labels)
 */
export function fromArrays(x: DataLikes, y?: DataLikes, sampleWeight?: DataLike): Dataset {
  const subject = "dataset.fromArrays";
  const arrays = arraysOf(subject, sampleOf(subject, { x, y, sampleWeight }));
  return new Dataset(
    rowsStage(subject, {
      count: arrays.rows,
      order: () => null,
      row: (row) => rowOf(arrays, row),
      arrays,
    }),
  );
}
