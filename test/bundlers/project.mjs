import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const root = join(here, "../..");

/** Where the samples are built: bundlers that are installed stay there for the next run. */
export const work = join(root, "build/bundlers");

const QUIET = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];

/** Runs a command in a folder; its output, which is in the error where it fails. */
export function run(cwd, command, ...args) {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 600_000,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
}

/** The packed package, as it would be published. */
export function pack() {
  mkdirSync(work, { recursive: true });
  const packed = () => readdirSync(work).filter((name) => name.endsWith(".tgz"));
  for (const name of packed()) rmSync(join(work, name));
  run(root, "npm", "pack", "--silent", "--pack-destination", work);
  return join(work, packed()[0]);
}

/** A folder of this one, copied, with what its lock file names and the packed package installed. */
export function install(folder, tarball) {
  const from = join(here, folder);
  const to = join(work, folder);
  cpSync(from, to, { recursive: true });
  const lock = readFileSync(join(from, "package-lock.json"), "utf8");
  const stamp = join(to, "node_modules/.installed");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    run(to, "npm", "ci", ...QUIET);
    writeFileSync(stamp, lock);
  }
  run(to, "npm", "install", "--no-save", "--no-package-lock", ...QUIET, tarball);
  return to;
}
