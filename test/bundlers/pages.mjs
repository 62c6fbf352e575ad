import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, run, work } from "./project.mjs";
import { ISOLATION, SHARED, serve } from "./server.mjs";

/** Only scripts of the page's own host, and WebAssembly: no eval, no Blob, nothing inline. */
const STRICT = {
  ...ISOLATION,
  "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
};

/** A sample that a command builds into `out`. */
function built(name, command, ...args) {
  return async () => {
    const folder = join(work, name);
    rmSync(join(folder, "out"), { recursive: true, force: true });
    run(folder, join(work, "node_modules/.bin", command), ...args);
    // Vite writes the page itself.
    if (name !== "vite") cpSync(join(folder, "index.html"), join(folder, "out/index.html"));
    return serve(join(folder, "out"), ISOLATION);
  };
}

/** A static folder: a page, what it trains with the library at some address, and files of the package. */
function site(name, library, ...files) {
  const folder = join(work, "sites", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of files)
    cpSync(join(work, "node_modules/thalweg/dist", file), join(folder, file));
  const text = readFileSync(join(here, "training.mjs"), "utf8");
  writeFileSync(join(folder, "training.mjs"), text.replace('"thalweg"', `"${library}"`));
  cpSync(join(here, "page.mjs"), join(folder, "page.mjs"));
  const title = '<!doctype html><meta charset="utf-8"><title>Thalweg</title>';
  const script = '<script type="module" src="./page.mjs"></script>';
  writeFileSync(join(folder, "index.html"), `${title}${script}\n`);
  return folder;
}

/** A page whose library is on another host. */
async function otherOrigin() {
  const library = await serve(join(work, "node_modules/thalweg/dist"), SHARED);
  const page = await serve(site("other", `${library.origin}/browser.js`), ISOLATION);
  return {
    ...page,
    scripts: () => page.scripts() + library.scripts(),
    close: () => {
      page.close();
      library.close();
    },
  };
}

const FILE = "browser.js";
const WORKER = "worker.js";

/** Servers with a page each, by what the page shows. */
export const PAGES = {
  esbuild: built(
    "esbuild",
    "esbuild",
    ..."main.mjs --bundle --splitting --format=esm --minify --outdir=out".split(" "),
  ),
  rollup: built("rollup", "rollup", "-c"),
  vite: built("vite", "vite", "build"),
  webpack: built("webpack", "webpack"),
  script: () => serve(site("script", `./${FILE}`, FILE, WORKER), ISOLATION),
  otherOrigin,
  notIsolated: () => serve(site("notIsolated", `./${FILE}`, FILE)),
  csp: () => serve(site("csp", `./${FILE}`, FILE), STRICT),
  cspWorker: () => serve(site("cspWorker", `./${FILE}`, FILE, WORKER), STRICT),
};
