import { existsSync } from "node:fs";
import { basename } from "node:path";
import { OptionError } from "../../errors.ts";
import { writeFile } from "../../runtime/files.ts";
import { journalStorage } from "../../tune/storage/journal.ts";
import { type AnyStudy, createStudy } from "../../tune/study.ts";
import type { Storage } from "../../tune/storage/storage.ts";
import { labelled } from "../describe.ts";
import { counted, figure } from "../format.ts";
import type { CommandLine } from "../parseCommand.ts";
import { commandText } from "../program.ts";
import { createTerminal } from "../terminal.ts";
import { tuneReportHtml } from "./report.ts";

/** A study as the storage has it. */
function studyIn(storage: Storage, name: string): AnyStudy {
  const { directions } = storage.state.study(name)!;
  return directions.length > 1
    ? createStudy({ name, storage, directions })
    : createStudy({ name, storage, direction: directions[0]! });
}

/** What the values of studies with so many objectives are called. @throws OptionError if there are not as many names */
function measuresOf(given: string | undefined, objectives: number): string[] {
  if (given === undefined) {
    return objectives === 1
      ? ["value"]
      : Array.from({ length: objectives }, (_, i) => `value ${i + 1}`);
  }
  const names = given.split(",").map((name) => name.trim());
  if (names.length === objectives && names.every((name) => name !== "")) return names;
  throw new OptionError(
    `--measure: must name ${counted(objectives, "value")} with commas between, got "${given}"`,
  );
}

/** What came of a study, in a line. */
function outcomeOf(study: AnyStudy, measures: readonly string[]): string {
  const trials = counted(study.trials.length, "trial");
  const [best] = study.ranking;
  if (!best) return `${trials}, none complete`;
  if (measures.length > 1) return `${trials}, ${study.paretoFront.length} on the front`;
  return `${trials}, best ${measures[0]} ${figure(best.value!)} (trial ${best.number})`;
}

/**
 * `thalweg report JOURNAL`: a page on the studies of a journal, those of Optuna's as well.
 *
 * @throws OptionError without a file, or where its studies have not as many values as are named; DataError where it is no journal
 */
export async function report({ positionals, options }: CommandLine): Promise<void> {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) {
    throw new OptionError(
      `report: must have one journal; write ${commandText(["report", "study.log"])}`,
    );
  }
  // A journal that is opened is made, if there is none.
  if (!existsSync(file)) throw new OptionError(`report: "${file}" must be a journal, got no file`);
  const storage = journalStorage(file);
  const studies = storage.state.names.map((name) => studyIn(storage, name));
  if (studies.length === 0) throw new OptionError(`report: "${file}" must hold a study, got none`);
  const sections = studies.map((study) => ({
    study,
    measures: measuresOf(options.measure, study.directions.length),
    sampler: null,
  }));
  const lines = sections.map(
    ({ study, measures }) => `${study.name}: ${outcomeOf(study, measures)}`,
  );
  const page = tuneReportHtml({
    title: basename(file),
    studies: sections,
    lines,
    command: commandText(process.argv.slice(2)),
  });
  const terminal = createTerminal(options.quiet !== undefined);
  const out = options.out ?? `${file}.html`;
  await writeFile(out, new TextEncoder().encode(page));
  for (const line of lines) terminal.result(line);
  labelled(terminal, "Report", out);
}
