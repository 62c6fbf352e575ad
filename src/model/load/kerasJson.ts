import { DataError } from "../../errors.ts";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws DataError where the value is no object */
export function objectOf(subject: string, what: string, value: unknown): JsonObject {
  if (isObject(value)) return value;
  const got = (JSON.stringify(value) ?? "nothing").slice(0, 60);
  throw new DataError(`${subject}: ${what} must be an object, got ${got}`);
}

/** @throws DataError where the text is no JSON object */
export function parseObject(subject: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DataError(`${subject}: must be JSON; it is damaged, or another kind of file`);
  }
  return objectOf(subject, "it", value);
}

/** `kernel_size` as `kernelSize`. */
export function camel(name: string): string {
  return name.replaceAll(/_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

/** A layer's name as it may be here: without "/". */
export function ownName(name: string): string {
  return name.replaceAll("/", "_");
}
