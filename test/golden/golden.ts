import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A tensor of the golden files; `data` up to 96 elements, else base64 of little-endian bytes. */
export interface GoldenTensor {
  dtype: "float64" | "float32" | "int32" | "bool" | "uint8";
  shape: number[];
  data?: (number | string)[];
  b64?: string;
}

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
};

/** Elements of a golden tensor, row-major. "NaN", "Infinity" and "-0" are numbers written as strings. */
export function elements(tensor: GoldenTensor): Float64Array {
  if (tensor.b64 === undefined) return Float64Array.from(tensor.data!, Number);
  const bytes = Uint8Array.from(atob(tensor.b64), (c) => c.charCodeAt(0));
  return Float64Array.from(new ARRAYS[tensor.dtype](bytes.buffer));
}

/** Row t of a tensor whose first axis is the step. */
export function row(tensor: GoldenTensor, all: Float64Array, t: number): Float64Array {
  const size = all.length / tensor.shape[0]!;
  return all.subarray(t * size, (t + 1) * size);
}

const folder: string =
  process.env.GOLDEN ?? join(fileURLToPath(new URL("../..", import.meta.url)), "../shared/golden");

/** A golden file read as T, or null (said aloud) where the folder does not have it. */
export function golden<T>(path: string): T | null {
  const file = join(folder, path);
  if (!existsSync(file)) {
    console.warn(`SKIPPED: ${file} is absent; set GOLDEN to the folder of golden vectors`);
    return null;
  }
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
