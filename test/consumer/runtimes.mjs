import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder with runtimes from npm: .ci/run fills it. */
export const RUNTIMES =
  process.env.THALWEG_RUNTIMES ?? fileURLToPath(new URL("../../build/runtimes", import.meta.url));

function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    if (folder !== "" && existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

const first = (...paths) => paths.find((path) => path !== undefined && existsSync(path));
const local = (...path) => join(RUNTIMES, "node_modules", ...path);

/** Command line runtimes by name: where they are, and how they run a module of the empty project. */
export const COMMANDS = {
  node: { path: process.execPath, args: [] },
  node22: { path: first(local("node22/bin/node")), args: [] },
  node24: { path: first(local("node24/bin/node")), args: [] },
  node26: { path: first(local("node26/bin/node")), args: [] },
  // No --allow flag at all: reading its own modules is all that the package does.
  deno: {
    path: first(local(".bin/deno"), onPath("deno")),
    args: ["run", "--node-modules-dir=manual", "--no-prompt", "--no-lock"],
  },
  bun: { path: first(local(".bin/bun"), onPath("bun")), args: ["run"] },
};

/** Where Chromium is, if it is. */
export const CHROMIUM = first(
  process.env.CHROMIUM,
  onPath("chromium"),
  onPath("chromium-browser"),
  onPath("google-chrome"),
);

/** What a command prints, with nothing but the files and settings that it needs. */
export function output({ path, args }, file, cwd) {
  return execFileSync(path, [...args, file], {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
}
