import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "vitest";

const folder = fileURLToPath(new URL("../../bench/peers/", import.meta.url));

/** A library of others, from bench/peers; null, and said so, where `npm ci --prefix bench/peers` was not run. */
function found(name: string): string | null {
  if (!existsSync(`${folder}node_modules/${name}/package.json`)) return null;
  return createRequire(`${folder}package.json`).resolve(name);
}

/** A test that needs a library of others; skipped, and said so, where it is not installed. */
export function testWithPeer<T>(
  name: string,
  title: string,
  run: (library: T) => Promise<void>,
  timeout = 120_000,
): void {
  const path = found(name);
  if (path === null)
    console.warn(`SKIPPED: "${title}" needs ${name}; npm ci --prefix bench/peers --ignore-scripts`);
  test.skipIf(path === null)(
    title,
    async () => {
      const library = (await import(pathToFileURL(path!).href)) as { default?: T } & T;
      await run(library.default ?? library);
    },
    timeout,
  );
}
