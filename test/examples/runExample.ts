import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = new URL("../../", import.meta.url);

/**
 * What a file of examples/ prints, run by a process of its own against the built package.
 *
 * @param path  below examples/
 * @param args  its arguments
 */
export async function runExample(path: string, ...args: string[]): Promise<string> {
  if (!existsSync(new URL("dist/index.js", root))) {
    throw new Error(
      `examples/${path}: needs dist/, which is not built; run node scripts/build.mjs`,
    );
  }
  const file = fileURLToPath(new URL(`examples/${path}`, root));
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args]);
  return stdout;
}

/** The numbers behind a label, up to the end of the line. */
export function numbersAfter(printed: string, label: string): number[] {
  const line = printed.split("\n").find((l) => l.startsWith(`${label} `));
  if (line === undefined) throw new Error(`no line begins with "${label}" in\n${printed}`);
  return (line.slice(label.length).match(/-?\d+(\.\d+)?(e[-+]?\d+)?/g) ?? []).map(Number);
}
