import { DataError } from "../../errors.ts";
import type { DType } from "../../shape.ts";
import { allocate } from "../../shape.ts";
import { Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";

/** Typed arrays that no tensor holds as they are. */
type Narrowed =
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray
  | BigInt64Array
  | BigUint64Array;

/** What a dataset takes for one tensor. */
export type DataLike = TensorLike | Narrowed;

function isNarrowed(data: DataLike): data is Narrowed | Float64Array {
  return (
    ArrayBuffer.isView(data) &&
    !(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)
  );
}

/**
 * A host tensor: float32, int32, uint8 and bool stay, and are not copied. float64 is rounded to float32; integers
 * become int32; clamped bytes are uint8.
 *
 * @throws DataError if float32 or int32 cannot reach a value, or something is no number
 */
export function hostTensor(subject: string, data: DataLike): Tensor {
  if (!isNarrowed(data)) {
    try {
      return tensor(data);
    } catch (error) {
      throw new DataError(`${subject}: ${(error as Error).message}`, { cause: error });
    }
  }
  if (data instanceof Uint8ClampedArray) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return new Tensor(bytes, [bytes.length], "uint8");
  }
  const dtype: DType = data instanceof Float64Array ? "float32" : "int32";
  const out = allocate(dtype, data.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(data[i]);
    out[i] = value;
    // A fraction may be rounded; what becomes infinite or wraps around is lost.
    const lost =
      dtype === "float32" ? out[i]! - out[i]! !== 0 && value - value === 0 : out[i] !== value;
    if (lost) {
      throw new DataError(
        `${subject}: ${dtype} must hold every value, but element ${i} is ${data[i]}`,
      );
    }
  }
  return new Tensor(out, [out.length], dtype);
}
