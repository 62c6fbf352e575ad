import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const folder =
  process.env.THALWEG_SHARED ?? fileURLToPath(new URL("../../shared", import.meta.url));

/** Bytes of a file of the shared folder. */
export function sharedFile(path: string): Uint8Array {
  return readFileSync(`${folder}/${path}`);
}

/** A test that needs files of the shared folder; skipped, and said so, where they are not. */
export function testWithShared(
  title: string,
  paths: string[],
  run: () => void | Promise<void>,
): void {
  const missing = paths.filter((path) => !existsSync(`${folder}/${path}`));
  if (missing.length > 0)
    console.warn(`skipped "${title}": ${folder} has no ${missing.join(", ")}; set THALWEG_SHARED`);
  (missing.length > 0 ? test.skip : test)(title, run, 60_000);
}
