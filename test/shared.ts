import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const folder =
  process.env.THALWEG_SHARED ?? fileURLToPath(new URL("../../shared", import.meta.url));

/** Where a file or folder of the shared folder lies. */
export function sharedPath(path: string): string {
  return `${folder}/${path}`;
}

/** Bytes of a file of the shared folder. */
export function sharedFile(path: string): Uint8Array {
  return readFileSync(sharedPath(path));
}

/** A test that needs files of the shared folder; skipped, and said so, where they are not. */
export function testWithShared(
  title: string,
  paths: string[],
  run: () => void | Promise<void>,
  timeout = 60_000,
): void {
  const missing = paths.filter((path) => !existsSync(`${folder}/${path}`));
  if (missing.length > 0)
    console.warn(`skipped "${title}": ${folder} has no ${missing.join(", ")}; set THALWEG_SHARED`);
  (missing.length > 0 ? test.skip : test)(title, run, timeout);
}
