import { DataError } from "../../errors.ts";
import { pathOf } from "../../runtime/files.ts";
import { journalFile, processName } from "../../runtime/journalFile.ts";
import type { NewOperation, Operation } from "./operation.ts";
import { parsePythonJson, pythonJson } from "./pythonJson.ts";
import { Replay } from "./replay.ts";
import type { Storage } from "./storage.ts";

/** Where a journal lies: texts that several processes append to, in one order for all of them. */
export interface JournalLog {
  /** Texts behind those that were read before. */
  readNew(): string[];
  /** Appends texts; `readNew` gives them, and what others have appended before. */
  append(texts: readonly string[]): void;
  /** The same, but only where `readNew` would give nothing. @returns whether it did */
  appendIfCurrent(texts: readonly string[]): boolean;
}

/** A record of a journal. @throws DataError if it is none */
function operationOf(text: string, place: string): Operation {
  try {
    const value = parsePythonJson(text) as Operation;
    if (Number.isInteger(value?.op_code)) return value;
  } catch {
    // Told below.
  }
  throw new DataError(
    `${place} must be a record of a journal, got ${text.slice(0, 40)}; it is damaged or is none`,
  );
}

/**
 * A storage whose operations are the records of a journal, in Optuna's format.
 *
 * @param placeOf  where the record of an index, from 0, lies, in words
 * @throws DataError where a text is no record
 */
export function journalOn(log: JournalLog, placeOf: (index: number) => string): Storage {
  const worker = processName();
  const state = new Replay();
  let read = 0;
  const refresh = (): void => {
    for (const text of log.readNew()) state.apply(operationOf(text, placeOf(read++)));
  };
  const textsOf = (operations: readonly NewOperation[]): string[] =>
    operations.map((op) => pythonJson({ ...op, worker_id: worker } satisfies Operation));
  refresh();
  return {
    worker,
    state,
    refresh,
    append(operations) {
      log.append(textsOf(operations));
      refresh();
    },
    appendIfCurrent(operations) {
      const isDone = log.appendIfCurrent(textsOf(operations));
      refresh();
      return isDone;
    },
  };
}

/**
 * A file that holds studies in Optuna's journal format: a study written here opens and continues in Optuna, and the other
 * way round. Several processes may work on one study at a time. Every record is on disk before the next step is taken:
 * a process that is killed loses its running trials only.
 *
 * @throws DataError where the runtime has no files, or a line is no record
 */
export function journalStorage(path: string | URL): Storage {
  const name = pathOf(path);
  return journalOn(journalFile(name), (index) => `${name}: line ${index + 1}`);
}
