import { outcomeOf } from "./check.ts";
import { goldenChecks } from "./checks.ts";
import { onnxChecks } from "./onnx/onnxChecks.ts";
import { report } from "./report.ts";

/** Where `npm run golden` finds things. */
export interface GoldenOptions {
  /** Folder of golden vectors. */
  readonly folder: string;
  /** Folders with the data sets of whole trainings. */
  readonly data: readonly string[];
  /** Folders in which ONNX's node cases are looked for. */
  readonly onnx: readonly string[];
  /** Only these parts, "ops", "optim", "train", ...; all if empty. "onnx" stands alone. */
  readonly parts: readonly string[];
}

/**
 * Runs every case of a golden folder and prints what became of them.
 *
 * @returns the exit code: 0 if nothing failed
 */
export async function main(
  { folder, data, parts, onnx }: GoldenOptions,
  print: (text: string) => void,
): Promise<number> {
  const started = performance.now();
  if (parts.includes("onnx")) return onnxMain(onnx, print);
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

/** Runs ONNX's node cases, where there are any. */
async function onnxMain(
  folders: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  for (const folder of folders) {
    const checks = onnxChecks(folder);
    if (!checks) continue;
    const outcomes = [];
    for (const check of checks) outcomes.push(await outcomeOf(check));
    print(report(outcomes));
    print(folder);
    return outcomes.some((o) => o.state === "failed") ? 1 : 0;
  }
  print(
    `golden: onnx: SKIPPED, nothing was checked: there is no onnx_node.json in ${folders.join(" or ")}`,
  );
  return 0;
}
