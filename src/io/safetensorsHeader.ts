import { DataError } from "../errors.ts";
import { printShape } from "../shape.ts";
import { type ElementKind, KINDS } from "./readElements.ts";
import { repeatedKey } from "./repeatedKey.ts";

/** What the header says of one tensor; offsets count from the end of the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

const DTYPES: Readonly<Record<string, ElementKind>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  F8_E5M2: "f8e5m2",
  F8_E4M3: "f8e4m3",
  I64: "i64",
  I32: "i32",
  I16: "i16",
  I8: "i8",
  U64: "u64",
  U32: "u32",
  U16: "u16",
  U8: "u8",
  BOOL: "bool",
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function entryOf(
  subject: string,
  name: string,
  value: unknown,
  available: number,
): SafetensorsEntry {
  const fail = (message: string): never => {
    throw new DataError(`${subject}: tensor ${shown(name)} ${message}`);
  };
  if (!isRecord(value)) return fail(`must be described by an object, got ${shown(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  const kind =
    typeof dtype === "string" && Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
  if (kind === undefined)
    return fail(`must have a dtype among ${Object.keys(DTYPES).join(" ")}, got ${shown(dtype)}`);
  if (!isCounts(shape)) return fail(`must have a shape of whole numbers >= 0, got ${shown(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(`must have data_offsets [begin, end], got ${shown(offsets)}`);
  }
  const [begin, end] = [offsets[0]!, offsets[1]!];
  if (begin > end) return fail(`must have data_offsets with begin <= end, got [${begin}, ${end}]`);
  if (end > available) {
    return fail(
      `must end within the file's ${available} bytes of data, got [${begin}, ${end}]; the file is truncated`,
    );
  }
  const size = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, KINDS[kind].bytes);
  if (size !== end - begin) {
    return fail(
      `must have ${size} bytes for ${dtype}${printShape(shape)}, got ${end - begin} from [${begin}, ${end}]`,
    );
  }
  return { name, kind, shape, begin, end };
}

function metadataOf(subject: string, value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isRecord(value))
    throw new DataError(`${subject}: __metadata__ must be an object, got ${shown(value)}`);
  return new Map(
    Object.entries(value).map(([key, text]): [string, string] => {
      if (typeof text === "string") return [key, text];
      throw new DataError(
        `${subject}: __metadata__ must map to strings, but ${shown(key)} is ${shown(text)}`,
      );
    }),
  );
}

/** Every byte must belong to exactly one tensor: no room for hidden content. */
function checkCover(
  subject: string,
  entries: readonly SafetensorsEntry[],
  available: number,
): void {
  let [reached, before] = [0, ""];
  for (const { name, begin, end } of entries) {
    if (begin < reached) {
      throw new DataError(
        `${subject}: tensor ${shown(name)} must not overlap ${shown(before)}, but begins at ${begin} < ${reached}`,
      );
    }
    if (begin > reached) {
      throw new DataError(
        `${subject}: tensor ${shown(name)} must begin at ${reached}, where the bytes before it end, got ${begin}`,
      );
    }
    [reached, before] = [end, name];
  }
  if (reached !== available) {
    throw new DataError(
      `${subject}: tensors must cover the file's ${available} bytes of data, but end at ${reached}`,
    );
  }
}

/**
 * Reads and checks the JSON header.
 *
 * @param json       header text
 * @param available  bytes that follow the header
 * @throws DataError naming the tensor, or what else is wrong
 */
export function parseSafetensorsHeader(
  subject: string,
  json: string,
  available: number,
): SafetensorsHeader {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `${subject}: the header must be JSON (${shown(reason)}); it is no safetensors file, or damaged`,
    );
  }
  if (!isRecord(value))
    throw new DataError(`${subject}: the header must be a JSON object, got ${shown(value)}`);
  const repeated = repeatedKey(json);
  if (repeated !== null)
    throw new DataError(
      `${subject}: names must differ, but the header has ${shown(repeated)} twice`,
    );
  const { __metadata__: metadata, ...described } = value;
  const entries = Object.entries(described)
    .map(([name, description]) => entryOf(subject, name, description, available))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(subject, entries, available);
  return { entries, metadata: metadataOf(subject, metadata) };
}
