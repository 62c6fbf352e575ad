import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Folder with runtimes from npm: .ci/run fills it. */
const RUNTIMES =
  process.env.THALWEG_RUNTIMES ?? fileURLToPath(new URL("../../build/runtimes", import.meta.url));

function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    if (folder !== "" && existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

const first = (...paths) => paths.find((path) => path !== undefined && existsSync(path));
const local = (...path) => join(RUNTIMES, "node_modules", ...path);
const MINI_BROWSERS = ["x86_64-linux-gnu", "aarch64-linux-gnu"].flatMap((machine) =>
  ["webkit2gtk-4.1", "webkit2gtk-4.0"].map((api) => `/usr/lib/${machine}/${api}/MiniBrowser`),
);

/** Node by major version: the one that runs this, and those of the folder. */
const nodes = Object.fromEntries(
  ["20", "22", "24", "26"].map((major) => {
    const own = process.versions.node.startsWith(`${major}.`) ? process.execPath : undefined;
    return [`node${major}`, { path: first(own, local(`node${major}/bin/node`)), args: [] }];
  }),
);

/** Command line runtimes by name: where they are, and how they run a module of the empty project. */
export const COMMANDS = {
  ...nodes,
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

/** Where Firefox is, if it is. */
export const FIREFOX = first(process.env.FIREFOX, onPath("firefox-esr"), onPath("firefox"));

/** What WebKit needs, if all of it is there. */
export const WEBKIT = (() => {
  const parts = {
    driver: first(onPath("WebKitWebDriver")),
    browser: first(process.env.WEBKIT, ...MINI_BROWSERS),
    xvfb: first(onPath("Xvfb")),
  };
  return Object.values(parts).includes(undefined) ? undefined : parts;
})();

/** Imports a module of the folder with runtimes, whose declarations are not here; undefined where it is missing. */
export async function fromRuntimes(name) {
  let path;
  try {
    path = createRequire(join(RUNTIMES, "package.json")).resolve(name);
  } catch {
    return undefined;
  }
  return import(pathToFileURL(path).href);
}

/** What a command prints, with nothing but the files and settings that it needs. It must end by itself. */
export function output({ path, args }, file, cwd) {
  return execFileSync(path, [...args, file], {
    cwd,
    encoding: "utf8",
    timeout: 240_000,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
}
