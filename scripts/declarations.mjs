// Declarations for those who import the package: what tsc writes, as compilers and bundlers of others read it, without
// the files that no public declaration refers to.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { filesBelow, writeIfChanged } from "./cache.mjs";

/** What package.json exports, of what tsc declares. */
const ENTRIES = ["index", "workerd", "distributed/index"];

/** Files that a declaration refers to. */
function referredTo(file, text) {
  return [...text.matchAll(/(?:from|import\() ?"(\.[^"]*)\.[tj]s"/g)].map(
    ([, path]) => `${resolve(dirname(file), path)}.d.ts`,
  );
}

/** Files that can be reached from the entries. @throws where one of them is missing */
function reachable(dist) {
  const found = new Set(ENTRIES.map((name) => join(dist, `${name}.d.ts`)));
  for (const file of found) {
    if (!existsSync(file)) throw new Error(`declarations: ${file} is missing`);
    for (const other of referredTo(file, readFileSync(file, "utf8"))) found.add(other);
  }
  return found;
}

/** Finishes the declarations that tsc has written below `dist`. */
export function finishDeclarations(dist) {
  const wanted = reachable(dist);
  for (const file of filesBelow(dist)) {
    if (!wanted.has(file)) {
      rmSync(file);
      continue;
    }
    // tsc rewrites .ts to .js in JavaScript only; compilers older than 5.0 refuse .ts in declarations.
    const text = readFileSync(file, "utf8").replace(
      /((?:from|import\() ?"\.[^"]*)\.ts"/g,
      '$1.js"',
    );
    const lib = /Symbol\.(async)?[dD]ispose/.test(text)
      ? '/// <reference lib="esnext.disposable" />\n'
      : "";
    writeIfChanged(file, lib + text);
  }
}
