import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program: `node scripts/build.mjs` writes it. */
export const MAIN: string = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export const IRIS: string = fileURLToPath(new URL("../../examples/data/iris.csv", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of a test's own. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "thalweg-cli-"));
}

/** Runs the command line in a folder, with nothing of this process's environment that changes its output. */
export function thalweg(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const clean: NodeJS.ProcessEnv = { PATH: process.env["PATH"], ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd, env: clean }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}
