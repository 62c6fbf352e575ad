import { DataError, ShapeError } from "../errors.ts";
import { type DType, type Shape, printShape, sameShape, sizeOf } from "../shape.ts";
import { Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";

/** A tensor from what was given for one. @throws DataError naming the argument */
export function hostTensor(subject: string, what: string, data: TensorLike): Tensor {
  try {
    return data instanceof Tensor ? data : tensor(data);
  } catch (error) {
    const message = (error as Error).message.replace(/^tensor:/, `${subject}: ${what}:`);
    throw new DataError(message, { cause: error });
  }
}

/**
 * A model's input with a batch axis, in a dtype that a batch can be loaded from: bytes or the input's own.
 *
 * @param what   name in messages
 * @param shape  shape of one sample, or null where the data decides
 * @param dtype  of the model's input, or null where it is not known yet
 * @throws ShapeError, DataError
 */
export function inputTensor(
  subject: string,
  what: string,
  data: TensorLike,
  shape: Shape | null,
  dtype: DType | null,
): Tensor {
  const t = hostTensor(subject, what, data);
  if (t.shape.length === 0)
    throw new ShapeError(`${subject}: ${what} must have a batch axis, got a single number`);
  if (t.shape[0] === 0)
    throw new DataError(`${subject}: ${what} is empty; give at least one sample`);
  if (t.size === 0) {
    throw new DataError(
      `${subject}: ${what} must hold numbers, got samples without any: ${printShape(t.shape)}`,
    );
  }
  const own = t.shape.slice(1);
  let result = t;
  if (shape && !sameShape(own, shape)) {
    // A flat typed array is taken as rows of the right length.
    const flat = t.shape.length === 1 && sizeOf(shape) > 0 && t.size % sizeOf(shape) === 0;
    if (!flat) {
      throw new ShapeError(
        `${subject}: ${what} must have shape ${printShape([null, ...shape])}, got ${printShape(t.shape)}; reshape the data or set inputShape: ${printShape(own)}`,
      );
    }
    result = tensor(t.data, [t.size / sizeOf(shape), ...shape], t.dtype);
  }
  if (result.data instanceof Float32Array) checkNumbers(subject, what, result);
  if (dtype === "int32" && t.dtype !== "int32") return wholeNumbers(subject, what, result);
  if (dtype === "float32" && t.dtype === "int32") return tensor(result, undefined, "float32");
  return result;
}

/** Where an element stands, and what it is: `row 3, element 0 is NaN`. */
export function elementOf(t: Tensor, index: number): string {
  const width = t.size / t.shape[0]!;
  return `row ${Math.floor(index / width)}, element ${index % width} is ${t.data[index]}`;
}

/** Numbers as int32. @throws DataError naming the first that is not whole */
function wholeNumbers(subject: string, what: string, t: Tensor): Tensor {
  const out = new Int32Array(t.size);
  for (let i = 0; i < out.length; i++) {
    out[i] = t.data[i]!;
    if (out[i] === t.data[i]) continue;
    throw new DataError(
      `${subject}: ${what} must hold whole numbers for this layer, but ${elementOf(t, i)}`,
    );
  }
  return tensor(out, t.shape);
}

/** Throws at the first NaN or infinity, naming its row. @throws DataError */
export function checkNumbers(subject: string, what: string, t: Tensor): void {
  const { data } = t;
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (v - v !== 0) {
      throw new DataError(
        `${subject}: ${what} must be finite, but ${elementOf(t, i)}; fill or drop such rows`,
      );
    }
  }
}

/**
 * Integer labels, int32[rows, ...].
 *
 * @param classes  labels must lie in [0, classes)
 * @throws DataError, ShapeError
 */
export function indexLabels(
  subject: string,
  what: string,
  data: TensorLike,
  rows: number,
  shape: Shape,
  classes: number,
): Tensor {
  const t = hostTensor(subject, what, data);
  const want = [rows, ...shape];
  if (t.shape[0] !== rows) throw rowsError(subject, what, t, rows);
  if (t.size !== sizeOf(want)) {
    const cure =
      t.size === sizeOf(want) * classes
        ? '; one-hot labels go with loss: "categoricalCrossentropy"'
        : t.size === rows
          ? "; or flatten() before the last layer"
          : "";
    throw new ShapeError(
      `${subject}: ${what} must hold one integer a sample ${printShape(want)}, got ${printShape(t.shape)}${cure}`,
    );
  }
  const out = new Int32Array(t.size);
  for (let i = 0; i < t.size; i++) {
    const v = t.data[i]!;
    if (!Number.isInteger(v) || v < 0 || v >= classes) {
      throw new DataError(
        `${subject}: ${what === "y" ? "labels" : what} must be whole numbers in [0, ${classes}), but row ${Math.floor(i / sizeOf(shape))} is ${v}; the last layer has ${classes} outputs${classes === 1 ? ', which goes with loss: "binaryCrossentropy"' : ", one a class from 0"}`,
      );
    }
    out[i] = v;
  }
  return tensor(out, want);
}

/** Numbers shaped like the output, float32[rows, ...]. @throws DataError, ShapeError */
export function valueLabels(
  subject: string,
  what: string,
  data: TensorLike,
  rows: number,
  shape: Shape,
): Tensor {
  const t = hostTensor(subject, what, data);
  const want = [rows, ...shape];
  if (t.shape[0] !== rows && t.size !== sizeOf(want)) throw rowsError(subject, what, t, rows);
  if (t.size !== sizeOf(want)) {
    const cure =
      t.size === rows && sizeOf(shape) > 1
        ? '; integer labels go with loss: "sparseCategoricalCrossentropy", single numbers with units: 1'
        : "";
    throw new ShapeError(
      `${subject}: ${what} must be shaped like the output ${printShape(want)}, got ${printShape(t.shape)}${cure}`,
    );
  }
  const out = tensor(t.data, want, "float32");
  checkNumbers(subject, what, out);
  return out;
}

function rowsError(subject: string, what: string, t: Tensor, rows: number): ShapeError {
  return new ShapeError(
    `${subject}: x has ${rows} samples, but ${what} has ${t.shape[0] ?? 1}; give one for each`,
  );
}

/** Rows [from, to) of a tensor, without copying. */
export function rowsOf(t: Tensor, from: number, to: number): Tensor {
  const width = t.shape[0] === 0 ? 0 : t.size / t.shape[0]!;
  return tensor(
    t.data.subarray(from * width, to * width),
    [to - from, ...t.shape.slice(1)],
    t.dtype,
  );
}
