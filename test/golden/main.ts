import { outcomeOf } from "./check.ts";
import { goldenChecks } from "./checks.ts";
import { report } from "./report.ts";

/** Where `npm run golden` finds things. */
export interface GoldenOptions {
  /** Folder of golden vectors. */
  readonly folder: string;
  /** Folders with the data sets of whole trainings. */
  readonly data: readonly string[];
  /** Only these parts, "ops", "optim", "train", ...; all if empty. */
  readonly parts: readonly string[];
}

/**
 * Runs every case of a golden folder and prints what became of them.
 *
 * @returns the exit code: 0 if nothing failed
 */
export async function main(
  { folder, data, parts }: GoldenOptions,
  print: (text: string) => void,
): Promise<number> {
  if (parts.includes("onnx")) {
    print(
      "golden: onnx: models of other frameworks are not read yet; leave the argument out to run all other cases",
    );
    return 1;
  }
  const started = performance.now();
  try {
    const all = goldenChecks(folder, data);
    const known = [...new Set(all.map((c) => c.file.split("/")[0]!))];
    const unknown = parts.find((part) => !known.includes(part));
    if (unknown !== undefined) {
      print(`golden: there is no part "${unknown}" in ${folder}; it has ${known.join(", ")}`);
      return 1;
    }
    const outcomes = [];
    for (const check of all) {
      if (parts.length === 0 || parts.includes(check.file.split("/")[0]!))
        outcomes.push(await outcomeOf(check));
    }
    print(report(outcomes));
    print(`${folder}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return outcomes.some((o) => o.state === "failed") ? 1 : 0;
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}
