import { DataError, ShapeError, shown } from "./errors.ts";

/** Lengths of the axes, outermost first; [] is a scalar. Row-major. */
export type Shape = readonly number[];

/** What one element is. Arithmetic is float32; int32 holds indices and labels; bool and uint8 are a byte. */
export type DType = "float32" | "int32" | "uint8" | "bool";

/** The typed arrays that hold elements on the host. */
export type Elements = Float32Array | Int32Array | Uint8Array;

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return dtype === "float32" || dtype === "int32" ? 4 : 1;
}

/** Number of elements: the product of the axes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** `[2, 3]` as text. */
export function printShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((n) => n ?? "batch").join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** An axis counted from either end, as one counted from the front. @throws ShapeError */
export function axisOf(subject: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${subject}: axis must lie in [${-rank}, ${rank - 1}], got ${axis}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** The shape of two broadcast operands, by NumPy's rule. @throws ShapeError */
export function broadcastShapes(subject: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const n = a[a.length - rank + i] ?? 1;
    const m = b[b.length - rank + i] ?? 1;
    if (n !== m && n !== 1 && m !== 1) {
      throw new ShapeError(
        `${subject}: shapes must broadcast (each axis equal or 1), got ${printShape(a)} and ${printShape(b)}; reshape one of them`,
      );
    }
    out.push(n === 1 ? m : n);
  }
  return out;
}

/** A zero-filled array for `size` elements. */
export function allocate(dtype: DType, size: number): Elements {
  if (dtype === "float32") return new Float32Array(size);
  return dtype === "int32" ? new Int32Array(size) : new Uint8Array(size);
}

/** Checks that a shape is made of whole numbers that are not negative. @throws DataError */
export function checkShape(subject: string, shape: Shape): void {
  if (!Array.isArray(shape))
    throw new DataError(`${subject}: a shape must be an array of lengths, got ${shown(shape)}`);
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new DataError(
        `${subject}: every axis must be a whole number >= 0, got ${printShape(shape)}`,
      );
    }
  }
}
