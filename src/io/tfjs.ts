import { DataError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isBeside } from "./beside.ts";
import { type ElementKind, KINDS, readElements } from "./readElements.ts";

/** A group of a TF.js weights manifest: its tensors lie one after the other in its files. */
export interface TfjsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly TfjsWeight[];
}

interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: ElementKind;
  /** `value = q scale + min`; null where the numbers are as they are. */
  readonly quantization: {
    readonly kind: ElementKind;
    readonly scale: number;
    readonly min: number;
  } | null;
  /** Bytes in the files. */
  readonly bytes: number;
}

const DTYPES: Readonly<Record<string, ElementKind>> = {
  float32: "f32",
  float16: "f16",
  int32: "i32",
  uint16: "u16",
  uint8: "u8",
  bool: "bool",
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(dtype: unknown): ElementKind | undefined {
  return typeof dtype === "string" && Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
}

function weightOf(subject: string, value: unknown): TfjsWeight {
  const fail = (message: string): never => {
    throw new DataError(`${subject}: ${message}`);
  };
  if (!isRecord(value) || typeof value["name"] !== "string")
    return fail("a weight must have a name");
  const { name, shape, dtype, quantization } = value;
  const kind = kindOf(dtype);
  if (!kind)
    return fail(
      `weight "${name}" must have a dtype among ${Object.keys(DTYPES).join(" ")}, got ${JSON.stringify(dtype)?.slice(0, 40)}`,
    );
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    return fail(`weight "${name}" must have a shape of whole numbers >= 0`);
  const axes = shape as number[];
  const size = axes.includes(0) ? 0 : sizeOf(axes);
  if (quantization === undefined || quantization === null)
    return { name, shape: axes, kind, quantization: null, bytes: size * KINDS[kind].bytes };
  if (!isRecord(quantization))
    return fail(`weight "${name}" must have a quantization that is an object`);
  const { scale = 1, min = 0 } = quantization;
  const packed = kindOf(quantization["dtype"]);
  if (
    (packed !== "u8" && packed !== "u16" && packed !== "f16") ||
    !Number.isFinite(scale) ||
    !Number.isFinite(min)
  )
    return fail(
      `weight "${name}" must be quantized to uint8, uint16 or float16 with a scale and min`,
    );
  return {
    name,
    shape: axes,
    kind,
    quantization: { kind: packed, scale: scale as number, min: min as number },
    bytes: size * KINDS[packed].bytes,
  };
}

/** Checks a TF.js weights manifest. @throws DataError naming the weight; for a path that leaves the folder */
export function parseTfjsManifest(subject: string, manifest: unknown): TfjsGroup[] {
  if (!Array.isArray(manifest))
    throw new DataError(`${subject}: must have a list as weightsManifest`);
  const names = new Set<string>();
  return manifest.map((group: unknown) => {
    if (!isRecord(group) || !Array.isArray(group["paths"]) || !Array.isArray(group["weights"]))
      throw new DataError(`${subject}: every group of weights must have paths and weights`);
    const paths = group["paths"] as unknown[];
    for (const path of paths) {
      if (!isBeside(path))
        throw new DataError(
          `${subject}: paths must name files beside model.json, got ${JSON.stringify(path)?.slice(0, 60)}`,
        );
    }
    const weights = (group["weights"] as unknown[]).map((one) => weightOf(subject, one));
    for (const { name } of weights) {
      if (names.has(name))
        throw new DataError(`${subject}: names must differ, got weight "${name}" twice`);
      names.add(name);
    }
    return { paths: paths as string[], weights };
  });
}

/** The tensors of one group, from the bytes of its files one after the other. @throws DataError */
export function decodeTfjsGroup(
  subject: string,
  group: TfjsGroup,
  bytes: Uint8Array,
): [string, Tensor][] {
  const wanted = group.weights.reduce((sum, weight) => sum + weight.bytes, 0);
  if (wanted !== bytes.length)
    throw new DataError(
      `${subject}: ${group.paths.join(", ")} must hold ${wanted} bytes, got ${bytes.length}; the file is truncated or another one`,
    );
  let at = 0;
  return group.weights.map(({ name, shape, kind, quantization, bytes: length }) => {
    const part = bytes.subarray(at, at + length);
    at += length;
    const own = `${subject}: weight "${name}"`;
    if (!quantization)
      return [name, new Tensor(readElements(own, kind, part, true), shape, KINDS[kind].dtype)];
    const { scale, min } = quantization;
    const packed = readElements(own, quantization.kind, part, true);
    if (KINDS[kind].dtype === "float32") {
      const out = Float32Array.from(packed, (q) => q * scale + min);
      return [name, new Tensor(quantization.kind === "f16" ? packed : out, shape, "float32")];
    }
    return [
      name,
      new Tensor(
        Int32Array.from(packed, (q) => Math.round(q * scale + min)),
        shape,
        "int32",
      ),
    ];
  });
}
