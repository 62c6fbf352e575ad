import { ShapeError } from "../../errors.ts";
import { type Shape, allocate, bytesOf, printShape, sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type Layout, type Sample, hasLayout, layoutOf, sampleFrom, tensorsOf } from "./sample.ts";

/** Samples in arrays: tensors whose first axes count rows. */
export interface Arrays {
  readonly layout: Layout;
  readonly tensors: readonly Tensor[];
  readonly rows: number;
}

/** Elements in one row. */
function widthOf(t: Tensor): number {
  let width = 1;
  for (let axis = 1; axis < t.shape.length; axis++) width *= t.shape[axis]!;
  return width;
}

/** Bytes of all arrays. */
export function bytesOfArrays({ tensors }: Arrays): number {
  return tensors.reduce((sum, t) => sum + t.size * bytesOf(t.dtype), 0);
}

/** Arrays of a sample whose tensors have a first axis of equal length. @throws ShapeError */
export function arraysOf(subject: string, all: Sample): Arrays {
  const layout = layoutOf(all);
  const tensors = tensorsOf(all, layout);
  const rows = tensors[0]?.shape[0];
  if (rows === undefined)
    throw new ShapeError(`${subject}: x must have a first axis that counts samples, got a scalar`);
  tensors.forEach((t, i) => {
    if (t.shape[0] === rows) return;
    throw new ShapeError(
      `${subject}: all must have as many samples as ${layout.names[0]}, ${rows}, but ${layout.names[i]} is ${printShape(t.shape)}`,
    );
  });
  const weight = tensors.at(-1)!;
  if (layout.weight && weight.size !== rows) {
    throw new ShapeError(
      `${subject}: sampleWeight must hold one number a sample [${rows}], got ${printShape(weight.shape)}`,
    );
  }
  return { layout, tensors, rows };
}

/** One row, without copying. */
export function rowOf({ layout, tensors }: Arrays, row: number): Sample {
  return sampleFrom(
    layout,
    tensors.map((t) => {
      const width = widthOf(t);
      return new Tensor(t.data.subarray(row * width, (row + 1) * width), t.shape.slice(1), t.dtype);
    }),
  );
}

/** Rows `order[from], order[from + 1], ...`, copied; without an order `from, from + 1, ...`. */
export function gatherRows(
  { layout, tensors }: Arrays,
  order: Int32Array | null,
  from: number,
  count: number,
): Sample {
  return sampleFrom(
    layout,
    tensors.map((t) => {
      const width = widthOf(t);
      const data = allocate(t.dtype, count * width);
      if (!order) data.set(t.data.subarray(from * width, (from + count) * width));
      else {
        for (let i = 0; i < count; i++) {
          const row = order[from + i]!;
          data.set(t.data.subarray(row * width, (row + 1) * width), i * width);
        }
      }
      return new Tensor(data, [count, ...t.shape.slice(1)], t.dtype);
    }),
  );
}

function checkLike(
  subject: string,
  at: number,
  what: string,
  shape: Shape,
  t: Tensor,
  first: Tensor,
): void {
  if (sameShape(t.shape, shape) && t.dtype === first.dtype) return;
  throw new ShapeError(
    `${subject}: element ${at}: ${what} must be ${first.dtype}${printShape(shape)} as in the first sample, got ${t.dtype}${printShape(t.shape)}`,
  );
}

function layoutError(subject: string, at: number, layout: Layout, sample: Sample): ShapeError {
  return new ShapeError(
    `${subject}: element ${at}: must hold ${layout.names.join(", ")} as the first sample, got ${layoutOf(sample).names.join(", ")}`,
  );
}

/**
 * Samples put together under a new first axis.
 *
 * @param from  position of the first one, for messages
 * @throws ShapeError naming the first sample that differs from the first one in layout, shape or dtype
 */
export function stack(subject: string, samples: readonly Sample[], from: number): Sample {
  const layout = layoutOf(samples[0]!);
  const first = tensorsOf(samples[0]!, layout);
  const out = first.map((t) => allocate(t.dtype, samples.length * t.size));
  samples.forEach((sample, i) => {
    const tensors = tensorsOf(sample, layout);
    if (!hasLayout(sample, tensors, layout)) throw layoutError(subject, from + i, layout, sample);
    tensors.forEach((t, j) => {
      checkLike(subject, from + i, layout.names[j]!, first[j]!.shape, t, first[j]!);
      out[j]!.set(t.data, i * t.size);
    });
  });
  return sampleFrom(
    layout,
    first.map((t, j) => new Tensor(out[j]!, [samples.length, ...t.shape], t.dtype)),
  );
}

/** Batches put together along their first axis. @throws ShapeError where they differ in anything else */
export function concatenate(subject: string, batches: readonly Sample[]): Arrays {
  const layout = layoutOf(batches[0]!);
  const parts = batches.map((batch) => tensorsOf(batch, layout));
  const tensors = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part[0]!.shape[0]!, 0);
  const out = tensors.map((t) => allocate(t.dtype, rows * widthOf(t)));
  let at = 0;
  parts.forEach((part, i) => {
    if (!hasLayout(batches[i]!, part, layout)) throw layoutError(subject, at, layout, batches[i]!);
    part.forEach((t, j) => {
      const shape = [t.shape[0]!, ...tensors[j]!.shape.slice(1)];
      checkLike(subject, at, layout.names[j]!, shape, t, tensors[j]!);
      out[j]!.set(t.data, at * widthOf(t));
    });
    at += part[0]!.shape[0]!;
  });
  return {
    layout,
    tensors: tensors.map((t, j) => new Tensor(out[j]!, [rows, ...t.shape.slice(1)], t.dtype)),
    rows,
  };
}
