import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../errors.ts";

/** Where runs go unless --out says. */
export const RUNS = "runs";

/**
 * A folder for the files of a run: `out`, or the next free `runs/name-1`, `runs/name-2`, ... Two runs at one time
 * never share a number: making the folder is what claims it.
 *
 * @throws OptionError if `out` is a file, or cannot be made
 */
export function outFolder(name: string, out: string | undefined): string {
  if (out !== undefined) {
    if (existsSync(out) && !statSync(out).isDirectory()) {
      throw new OptionError(
        `--out: must be a folder for the model and the report, got the file "${out}"`,
      );
    }
    return made(() => mkdirSync(out, { recursive: true }), out);
  }
  made(() => mkdirSync(RUNS, { recursive: true }), RUNS);
  for (let i = 1; ; i++) {
    const folder = join(RUNS, `${name}-${i}`);
    if (existsSync(folder)) continue;
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
  }
}

/** Takes a folder back that a run left empty by failing. */
export function dropEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds something, and stays.
  }
}

function made(make: () => unknown, path: string): string {
  try {
    make();
    return path;
  } catch (error) {
    throw new OptionError(
      `--out: must be a folder that can be made, got "${path}" (${(error as { code?: string }).code}); choose another`,
    );
  }
}
