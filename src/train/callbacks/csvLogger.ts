import { DataError, withDefaults } from "../../errors.ts";
import { appendFile, readFile, truncateFile } from "../../runtime/files.ts";
import type { Callback } from "../callbacks.ts";

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  /** What stands between columns. Default ",". */
  separator: string;
  /** Whether rows are added to a file that is there. Default false: it is begun anew. */
  append: boolean;
}

const NAME = "csvLogger";

/**
 * Writes the results of each epoch to a CSV file: a column `epoch`, from 0, then the others by name. A training that
 * resumes cuts the file off where the checkpoint was made, and goes on from there.
 * Source: keras.callbacks.CSVLogger.
 *
 * @throws OptionError on unknown options
 * @throws DataError in training where there is no file system
 */
export function csvLogger(filename: string, given: Partial<CsvLoggerOptions> = {}): Callback {
  const { separator, append } = withDefaults<CsvLoggerOptions>(
    NAME,
    { separator: ",", append: false },
    given,
  );
  /** null before the header is written or found. */
  let columns: string[] | null = null;
  /** Bytes of the file. */
  let length = 0;
  /** Where the file must be cut off before the next row; null: as it is. */
  let cut: number | null = null;
  let leads = true;
  async function add(text: string): Promise<void> {
    await appendFile(filename, text);
    length += new TextEncoder().encode(text).length;
  }
  return {
    name: NAME,
    onTrainBegin: (info) => {
      leads = info.leads;
      columns = null;
      length = 0;
      cut = append ? null : 0;
    },
    onEpochEnd: async (epoch, logs) => {
      if (!leads) return;
      if (cut !== null && !(await truncateFile(filename, cut)) && cut > 0) {
        throw new DataError(
          `${NAME}: "${filename}" must have the ${cut} bytes that the checkpoint knows of, it has fewer; put it back, or begin anew`,
        );
      }
      cut = null;
      if (columns === null && append) {
        const found = await readFile(filename).catch((error: unknown) => {
          if (error instanceof DataError) return new Uint8Array();
          throw error;
        });
        const [header = ""] = new TextDecoder().decode(found).split(/\r?\n/, 1);
        length = found.length;
        if (header !== "") columns = header.split(separator).slice(1);
      }
      if (columns === null) {
        columns = Object.keys(logs).sort();
        await add(`${["epoch", ...columns].join(separator)}\n`);
      }
      const cells = columns.map((name) => String(logs[name] ?? "NA"));
      await add(`${[epoch, ...cells].join(separator)}\n`);
    },
    state: () => ({ values: { columns, length } }),
    restore: ({ values }) => {
      columns = values["columns"] as string[] | null;
      length = values["length"] as number;
      // Before the first row the file is begun anew, or added to, as without a checkpoint.
      if (columns !== null) cut = length;
    },
  };
}
