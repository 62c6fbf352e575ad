// What need not be built again: a step is skipped while its inputs have the hash that was written
// down when it last succeeded and its outputs are still there.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Every file below a path, sorted; the path itself where it is a file. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

/** sha256 over names and bytes of files and folders, and over some words (versions, targets). */
export function hashOf(paths, words = []) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const path of paths.flatMap(filesBelow))
    hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** Writes a file only where its text differs, so that what depends on it stays current. */
export function writeIfChanged(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Hashes by step, in one JSON file. */
export class Cache {
  constructor(file) {
    this.file = file;
    this.hashes = {};
    try {
      this.hashes = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      // No record, or half of one: everything is built.
    }
  }

  /** Whether the step's outputs exist and were made from these inputs. */
  has(step, hash, outputs) {
    return this.hashes[step] === hash && outputs.every((path) => existsSync(path));
  }

  /** Writes down that the step succeeded. */
  record(step, hash) {
    this.hashes[step] = hash;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify(this.hashes, null, 2)}\n`);
  }
}
