import { withoutPassword } from "../distributed/redisAddress.ts";
import { DataError, MemoryError, NonFiniteError, OptionError, ShapeError } from "../errors.ts";

const OURS = [DataError, MemoryError, NonFiniteError, OptionError, ShapeError, RangeError];

/**
 * An error as one line for people. What this library says is said as it is; an error that nobody foresaw is named
 * as one, with the way to its stack.
 */
export function errorLine(error: unknown): string {
  return withoutPassword(lineOf(error));
}

function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/\s*\n\s*/g, " ");
  if (OURS.some((kind) => error instanceof kind)) return text;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM")
    return `${path ?? "file"}: must be allowed to be read or written, but is not (${code})`;
  if (code === "ENOSPC") return `${path ?? "disk"}: there is no space left; free some`;
  return `unforeseen: ${text}; run again with THALWEG_DEBUG=1 and report the stack`;
}
