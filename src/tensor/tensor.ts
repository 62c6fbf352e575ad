import { DataError, OptionError, ShapeError, shown } from "../errors.ts";
import {
  type DType,
  type Elements,
  type Shape,
  allocate,
  checkShape,
  printShape,
  sizeOf,
} from "../shape.ts";
import { formatTensor } from "./print.ts";

/** Numbers in nested arrays, outermost axis first. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** What every data argument takes: nested arrays, a typed array (one axis), or a host tensor. */
export type TensorLike =
  | Tensor
  | NestedNumbers
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array;

/** A shape and a typed array on the host; the garbage collector owns it. Row-major. Lengths that the compiler knows are in `S`. */
export class Tensor<S extends Shape = Shape> {
  readonly shape: S;
  readonly dtype: DType;
  readonly data: Elements;

  constructor(data: Elements, shape: S, dtype: DType) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The elements as nested arrays; a number for a scalar. */
  array(): NestedNumbers {
    const nest = (axis: number, offset: number, length: number): NestedNumbers => {
      if (axis === this.shape.length) return this.data[offset]!;
      const n = this.shape[axis]!;
      const step = n === 0 ? 0 : length / n;
      return Array.from({ length: n }, (_, i) => nest(axis + 1, offset + i * step, step));
    };
    return nest(0, 0, this.data.length);
  }

  /** The only element. @throws ShapeError if there are more or none. */
  item(): number {
    if (this.data.length !== 1) {
      throw new ShapeError(`item: the tensor must have one element, got ${printShape(this.shape)}`);
    }
    return this.data[0]!;
  }

  /** dtype, shape and elements as text; of long axes the ends. */
  toString(): string {
    return formatTensor(this.data, this.shape, this.dtype);
  }
}

const DTYPES: readonly DType[] = ["float32", "int32", "uint8", "bool"];

function shapeOfNested(value: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let v: NestedNumbers | undefined = value; Array.isArray(v); v = v[0]) shape.push(v.length);
  return shape;
}

function fill(
  out: Elements,
  value: NestedNumbers,
  shape: Shape,
  axis: number,
  offset: number,
  length: number,
): void {
  if (axis === shape.length) {
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new DataError(
        Array.isArray(value)
          ? `tensor: nested arrays must be rectangular; found one that is deeper than ${printShape(shape)}`
          : `tensor: elements must be numbers, got ${shown(value)}${typeof value === "string" ? "; Number(text) converts, classes are numbered from 0" : ""}`,
      );
    }
    out[offset] = Number(value);
    return;
  }
  const n = shape[axis]!;
  if (!Array.isArray(value) || value.length !== n) {
    const got = Array.isArray(value) ? `one of length ${value.length}` : shown(value);
    throw new DataError(
      `tensor: nested arrays must be rectangular ${printShape(shape)}, but axis ${axis} holds ${got}`,
    );
  }
  const step = n === 0 ? 0 : length / n;
  for (let i = 0; i < n; i++) fill(out, value[i]!, shape, axis + 1, offset + i * step, step);
}

function dtypeOf(data: Elements | Float64Array): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint8Array ? "uint8" : "float32";
}

/**
 * A host tensor from nested arrays, a typed array or another tensor.
 * Without a dtype it is the array's own; nested numbers and float64 become float32.
 *
 * @param data   numbers; a typed array is not copied where its dtype is kept
 * @param shape  lengths of the axes; the data's own nesting if left out
 * @throws ShapeError if the shape does not hold as many elements as the data
 * @throws DataError if nested arrays are ragged or hold something other than numbers
 *
 * @example
 *     tensor([[1, 2], [3, 4]]).shape            // [2, 2]
 *     tensor(new Uint8Array(784), [28, 28])
 */
export function tensor<const S extends Shape>(
  data: TensorLike,
  shape: S,
  dtype?: DType,
): Tensor<Readonly<S>>;
export function tensor<S extends Shape>(
  data: Tensor<S>,
  shape?: undefined,
  dtype?: DType,
): Tensor<S>;
export function tensor(data: TensorLike, shape?: Shape, dtype?: DType): Tensor;
export function tensor(data: TensorLike, shape?: Shape, dtype?: DType): Tensor {
  if (shape) checkShape("tensor", shape);
  if (dtype !== undefined && !DTYPES.includes(dtype)) {
    throw new OptionError(`tensor: dtype must be one of ${DTYPES.join(", ")}, got ${shown(dtype)}`);
  }
  let elements: Elements | Float64Array;
  let own: Shape;
  if (data instanceof Tensor) {
    [elements, own] = [data.data, data.shape];
    dtype ??= data.dtype;
  } else if (ArrayBuffer.isView(data)) {
    // Typed arrays of bigints, and DataViews, hold no numbers.
    if (typeof (data as ArrayLike<unknown>)[0] === "bigint" || data.length === undefined) {
      throw new DataError(
        `tensor: elements must be numbers, got ${shown(data)}; convert them: Float64Array.from(data, Number)`,
      );
    }
    [elements, own] = [data as Elements | Float64Array, [data.length]];
  } else {
    const nested = data as NestedNumbers;
    own = shapeOfNested(nested);
    elements = allocate(dtype ?? "float32", sizeOf(own));
    fill(elements, nested, own, 0, 0, elements.length);
  }
  const result = shape ?? own;
  if (sizeOf(result) !== elements.length) {
    throw new ShapeError(
      `tensor: shape ${printShape(result)} holds ${sizeOf(result)} elements, but the data has ${elements.length}`,
    );
  }
  const kind = dtype ?? dtypeOf(elements);
  return new Tensor(convert(elements, kind), [...result], kind);
}

function convert(data: Elements | Float64Array, dtype: DType): Elements {
  if (dtype === "float32") return data instanceof Float32Array ? data : Float32Array.from(data);
  if (dtype === "int32" && data instanceof Int32Array) return data;
  if (dtype !== "int32" && data instanceof Uint8Array) return data;
  const out = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) {
    out[i] = data[i]!;
    if (out[i] !== data[i]) {
      throw new DataError(
        `tensor: element ${i} is ${data[i]}, which ${dtype} cannot hold; use float32`,
      );
    }
  }
  return out;
}

/** Writes a tensor to the console: see `Tensor.toString`. */
export function print(t: Tensor): void {
  // oxlint-disable-next-line no-console -- it is what the function is for
  console.log(t.toString());
}
