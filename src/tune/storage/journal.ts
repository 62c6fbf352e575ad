import { DataError } from "../../errors.ts";
import { pathOf } from "../../runtime/files.ts";
import { journalFile, processName } from "../../runtime/journalFile.ts";
import type { Operation } from "./operation.ts";
import { parsePythonJson, pythonJson } from "./pythonJson.ts";
import { Replay } from "./replay.ts";
import type { Storage } from "./storage.ts";

/** A line of a journal. @throws DataError if it is none */
function operationOf(path: string, line: string, at: number): Operation {
  try {
    const value = parsePythonJson(line) as Operation;
    if (Number.isInteger(value?.op_code)) return value;
  } catch {
    // Told below.
  }
  throw new DataError(
    `${path}: line ${at} must be a record of a journal, got ${line.slice(0, 40)}; the file is damaged or is none`,
  );
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
  const file = journalFile(name);
  const worker = processName();
  const state = new Replay();
  let lines = 0;
  const refresh = (): void => {
    for (const line of file.readNew()) state.apply(operationOf(name, line, ++lines));
  };
  refresh();
  return {
    worker,
    state,
    refresh,
    append(operations) {
      const own = operations.map((op): Operation => ({ ...op, worker_id: worker }));
      file.append(own.map(pythonJson));
      refresh();
    },
  };
}
