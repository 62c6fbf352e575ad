import { DataError } from "../errors.ts";
import { builtin } from "./platform.ts";

type FileSystem = typeof import("node:fs");

/** A lock that is older than this was left by a process that is no more: nobody writes for so long. */
const STALE_MS = 30_000;

/**
 * A file of lines that several processes append to. The lock is a file beside it, `<path>.lock`, made exclusively: the
 * form that Optuna's JournalFileSymlinkLock and JournalFileOpenLock respect.
 */
export interface JournalFile {
  /** Whole lines behind those that were read before. */
  readNew(): string[];
  /** Appends lines while no other process does; `readNew` gives them, and what others wrote before. */
  append(lines: readonly string[]): void;
  /** The same, but only where `readNew` would give nothing. @returns whether it did */
  appendIfCurrent(lines: readonly string[]): boolean;
}

/** Sleeps without giving up the thread: appending is not asynchronous. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function locked<T>(fs: FileSystem, lock: string, work: () => T): T {
  for (let wait = 1; ; wait = Math.min(2 * wait, 250)) {
    try {
      fs.closeSync(fs.openSync(lock, "wx"));
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    const made = fs.lstatSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > STALE_MS) fs.rmSync(lock, { force: true });
    else sleep(wait);
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** Opens a journal file; it is made when something is appended. @throws DataError where there are no files */
export function journalFile(path: string): JournalFile {
  const fs = builtin<FileSystem>("node:fs");
  if (!fs) throw new DataError(`${path}: this runtime has no file system; use memoryStorage()`);
  let position = 0;
  const readNew = (): string[] => {
    const size = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= position) return [];
    const buffer = new Uint8Array(size - position);
    const file = fs.openSync(path, "r");
    try {
      fs.readSync(file, buffer, 0, buffer.length, position);
    } finally {
      fs.closeSync(file);
    }
    // A line without its end is still being written, or will never be.
    const end = buffer.lastIndexOf(10) + 1;
    position += end;
    const text = new TextDecoder().decode(buffer.subarray(0, end));
    return text.split("\n").filter((line) => line !== "");
  };
  /** @param isWanted  told where the last whole line ends, while nobody else writes */
  const write = (lines: readonly string[], isWanted: (end: number) => boolean): boolean =>
    locked(fs, `${path}.lock`, () => {
      const file = fs.openSync(path, "a+");
      try {
        const end = wholeLines(fs, file);
        if (!isWanted(end)) return false;
        fs.writeSync(file, `${lines.join("\n")}\n`);
        fs.fsyncSync(file);
        return true;
      } finally {
        fs.closeSync(file);
      }
    });
  return {
    readNew,
    append: (lines) => void write(lines, () => true),
    appendIfCurrent: (lines) => write(lines, (end) => end === position),
  };
}

/** Bytes of a file's whole lines. A writer that was killed leaves half a line, which must not spoil the next one: it is cut off. */
function wholeLines(fs: FileSystem, file: number): number {
  const { size } = fs.fstatSync(file);
  if (size === 0) return 0;
  const last = new Uint8Array(1);
  fs.readSync(file, last, 0, 1, size - 1);
  if (last[0] === 10) return size;
  const end = lastLineEnd(fs, file, size);
  fs.ftruncateSync(file, end);
  return end;
}

/** Bytes up to the end of the last whole line. */
function lastLineEnd(fs: FileSystem, file: number, size: number): number {
  const bytes = new Uint8Array(size);
  fs.readSync(file, bytes, 0, size, 0);
  return bytes.lastIndexOf(10) + 1;
}

/** Something that tells this process from all others, on whatever machine: for the author of a record. */
export function processName(): string {
  return globalThis.crypto.randomUUID();
}
