import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of reference vectors: $GOLDEN, or shared/golden beside the repository's folder. */
export const GOLDEN: string =
  process.env["GOLDEN"] ?? fileURLToPath(new URL("../../../shared/golden", import.meta.url));

/** A tensor as the files hold it. */
export interface Encoded {
  readonly dtype: "float64" | "float32" | "int32" | "bool" | "uint8";
  readonly shape: readonly number[];
  readonly data?: readonly (number | string)[];
  readonly b64?: string;
}

export interface GoldenCase {
  readonly id: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Encoded>>;
  readonly outputs: Readonly<Record<string, Encoded>>;
  readonly outputs_f32?: Readonly<Record<string, Encoded>>;
  readonly cotangents?: Readonly<Record<string, Encoded>>;
  readonly grads?: Readonly<Record<string, Encoded>>;
  readonly grads_f32?: Readonly<Record<string, Encoded>>;
  readonly torch_f32_err: Readonly<Record<string, { max_abs: number }>>;
}

/** The cases of one file, or undefined, said aloud, where the folder is missing. */
export function goldenCases(file: string): readonly GoldenCase[] | undefined {
  const path = `${GOLDEN}/${file}`;
  if (!existsSync(path)) {
    console.warn(`SKIPPED: no golden vectors at ${path}; set GOLDEN to their folder`);
    return undefined;
  }
  return (JSON.parse(readFileSync(path, "utf8")) as { cases: GoldenCase[] }).cases;
}

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const;

/** Values of an encoded tensor, in float64. */
export function decode(t: Encoded): Float64Array {
  if (t.b64 !== undefined) {
    const bytes = new Uint8Array(Buffer.from(t.b64, "base64"));
    return Float64Array.from(new ARRAYS[t.dtype](bytes.buffer));
  }
  return Float64Array.from(t.data ?? [], Number);
}

/**
 * Largest error over bound, |x - e| <= 8 torch_f32_err + 2e-6 max(1e-3, max|e|); Infinity where a
 * NaN, an infinity or a -0 does not match exactly. An element may match `f32`, torch's float32
 * result, instead.
 */
export function goldenRatio(
  got: ArrayLike<number>,
  expected: Float64Array,
  torchError: number,
  f32?: Float64Array,
): number {
  if (got.length !== expected.length) return Infinity;
  const largest = expected.reduce(
    (m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m),
    1e-3,
  );
  const bound = 8 * torchError + 2e-6 * largest;
  const ratio = (x: number, e: number): number => {
    if (Object.is(x, e)) return 0;
    const special = !Number.isFinite(x) || !Number.isFinite(e) || Object.is(e, -0);
    return special ? Infinity : Math.abs(x - e) / bound;
  };
  return expected.reduce((worst, e, i) => {
    const x = got[i]!;
    const r = ratio(x, e);
    return Math.max(worst, f32 === undefined ? r : Math.min(r, ratio(x, f32[i]!)));
  }, 0);
}

/** Row t of a tensor whose first axis is the step. */
export function row(tensor: Encoded, all: Float64Array, t: number): Float64Array {
  const size = all.length / tensor.shape[0]!;
  return all.subarray(t * size, (t + 1) * size);
}

/** A golden file read as T, or null (said aloud) where the folder does not have it. */
export function golden<T>(path: string): T | null {
  const file = `${GOLDEN}/${path}`;
  if (!existsSync(file)) {
    console.warn(`SKIPPED: ${file} is absent; set GOLDEN to the folder of golden vectors`);
    return null;
  }
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
