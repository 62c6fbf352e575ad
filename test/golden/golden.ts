import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type DType, type Shape, printShape, sizeOf } from "../../src/shape.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

/** A tensor as the files hold it. */
export interface Encoded {
  readonly dtype: "float64" | "float32" | "int32" | "bool" | "uint8";
  readonly shape: Shape;
  /** Up to 96 elements; what JSON has no number for is a string. */
  readonly data?: readonly (number | string)[];
  /** More elements: base64 of the little-endian bytes. */
  readonly b64?: string;
}

/** Tensors by name. */
export type EncodedTensors = Readonly<Record<string, Encoded>>;

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const;

const SPECIAL: Readonly<Record<string, number>> = {
  NaN,
  Infinity,
  "-Infinity": -Infinity,
  "-0": -0,
};

function elements(what: string, t: Encoded): ArrayLike<number> {
  if (t.b64 !== undefined) {
    const bytes = new Uint8Array(Buffer.from(t.b64, "base64"));
    const width = ARRAYS[t.dtype].BYTES_PER_ELEMENT;
    if (bytes.length % width !== 0) {
      throw new TypeError(
        `${what}: ${t.dtype} needs a multiple of ${width} bytes, got ${bytes.length}`,
      );
    }
    return new ARRAYS[t.dtype](bytes.buffer);
  }
  if (!Array.isArray(t.data)) throw new TypeError(`${what}: a tensor must have "data" or "b64"`);
  return t.data.map((v: number | string, i) => {
    const value = typeof v === "string" ? SPECIAL[v] : v;
    if (typeof value !== "number") {
      throw new TypeError(
        `${what}: element ${i} must be a number, "NaN", "Infinity", "-Infinity" or "-0", got ${JSON.stringify(v)}`,
      );
    }
    return value;
  });
}

/**
 * Values of an encoded tensor, in float64.
 *
 * @param what  what the tensor is, for messages
 * @throws TypeError where it is no tensor of the format
 */
export function decode(t: Encoded | undefined, what: string = "tensor"): Float64Array {
  if (typeof t !== "object" || t === null) throw new TypeError(`${what}: is missing`);
  if (!Object.hasOwn(ARRAYS, t.dtype)) {
    throw new TypeError(
      `${what}: dtype must be one of ${Object.keys(ARRAYS).join(", ")}, got ${JSON.stringify(t.dtype)}`,
    );
  }
  if (!Array.isArray(t.shape) || t.shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new TypeError(
      `${what}: shape must be a list of whole numbers >= 0, got ${JSON.stringify(t.shape)}`,
    );
  }
  const values = Float64Array.from(elements(what, t));
  if (values.length !== sizeOf(t.shape)) {
    throw new TypeError(
      `${what}: shape ${printShape(t.shape)} holds ${sizeOf(t.shape)} elements, got ${values.length}`,
    );
  }
  return values;
}

/** An encoded tensor as a host tensor: float64 becomes float32. */
export function hostTensor(t: Encoded | undefined, what?: string): Tensor {
  const values = decode(t, what);
  const dtype: DType = t!.dtype === "float64" ? "float32" : t!.dtype;
  const array = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
  return tensor(array.from(values), t!.shape, dtype);
}

/** Row t of a tensor whose first axis is the step. */
export function row(t: Encoded, values: Float64Array, step: number): Float64Array {
  const size = sizeOf(t.shape.slice(1));
  return values.subarray(step * size, (step + 1) * size);
}

/** One JSON file of a golden folder. */
export interface GoldenFile {
  /** Path inside the folder, as "ops/unary.json". */
  readonly path: string;
  /** What the file says it is: "golden-ops/1", ... */
  readonly format: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Why the file could not be read; the rest is empty then. */
  readonly fault?: string;
}

function readFile(folder: string, path: string): GoldenFile {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, path), "utf8"));
    if (typeof content !== "object" || content === null) throw new TypeError("must hold an object");
    const { format } = content as { format?: unknown };
    return { path, format: String(format), content: content as GoldenFile["content"] };
  } catch (error) {
    return { path, format: "", content: {}, fault: (error as Error).message };
  }
}

/**
 * All JSON files of a golden folder, by folder and name.
 *
 * @throws Error where there is none
 */
export function goldenFiles(folder: string): GoldenFile[] {
  if (!existsSync(folder))
    throw new Error(
      `golden: there is no folder ${folder}; set GOLDEN to a folder of golden vectors`,
    );
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) =>
      readdirSync(join(folder, entry.name)).map((name) => `${entry.name}/${name}`),
    )
    .filter((path) => path.endsWith(".json"))
    .sort();
  if (files.length === 0) {
    throw new Error(
      `golden: ${folder} has no ops/*.json, optim/*.json or train/*.json; set GOLDEN to a folder of golden vectors`,
    );
  }
  return files.map((path) => readFile(folder, path));
}
