import type { OnnxConstant, OnnxValueOf } from "../../io/encodeOnnx.ts";
import { strided } from "../../io/npy.ts";
import { type DType, sizeOf } from "../../shape.ts";

/**
 * A tensor of the file. Axes are lengths, or -k: k times the batch. What ONNX wants channels first is held so, and brought
 * into our order only where something asks for that; likewise a reshaped tensor, whose next reshape undoes the first.
 */
export class Value {
  readonly axes: readonly number[];
  readonly dtype: DType;
  /** Its elements, where they are known, and what they are called where they are written. */
  constant: OnnxConstant | null = null;
  called: string | null = null;
  /** Name of the tensor as it is here; null until something asks for it. */
  plain: string | null = null;
  /** Name of the tensor with its last axis moved behind the first. */
  first: string | null = null;
  /** What it is a reshaping of. */
  from: Value | null = null;

  constructor(axes: readonly number[], dtype: DType) {
    this.axes = axes;
    this.dtype = dtype;
  }
}

export const int = (n: number): OnnxValueOf => ({ int: n });
export const float = (n: number): OnnxValueOf => ({ float: n });
export const text = (s: string): OnnxValueOf => ({ text: s });
export const ints = (list: readonly number[]): OnnxValueOf => ({ ints: list });

/** The last axis moved behind the first, and back. */
export function firstOrder(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}
export function lastOrder(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** A window of a constant: where it begins, and how far apart the elements of each axis lie. */
function picked(
  { data, dtype }: OnnxConstant,
  to: readonly number[],
  steps: readonly number[],
  offset: number,
): OnnxConstant {
  const own = dtype === "int64" ? "int32" : dtype;
  const elements = own === "float32" ? Float32Array.from(data) : Int32Array.from(data);
  return { dtype, shape: to, data: strided(elements, to, steps, offset, own) };
}

/** Elements from one to the next along each axis. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => sizeOf(shape.slice(i + 1)));
}

/** The elements of a constant with its axes in another order. */
export function turned(constant: OnnxConstant, order: readonly number[]): OnnxConstant {
  const strides = stridesOf(constant.shape);
  const to = order.map((axis) => constant.shape[axis]!);
  return picked(
    constant,
    to,
    order.map((axis) => strides[axis]!),
    0,
  );
}

/** A slice of a constant. */
export function sliced(
  constant: OnnxConstant,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[],
): OnnxConstant {
  const strides = stridesOf(constant.shape);
  const offset = begin.reduce((sum, n, i) => sum + n * strides[i]!, 0);
  return picked(
    constant,
    size,
    strides.map((stride, i) => stride * step[i]!),
    offset,
  );
}
