// Bundles src/kernels/worker.ts into one self-contained script: src/kernels/wasm/worker.ts holds its
// text, so that an app that was bundled can start it, and dist/worker.js the file itself.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function write(path, text) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A script that is a module, a classic worker and a CommonJS module alike. */
function workerScript() {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "src/kernels/worker.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    minify: true,
    legalComments: "none",
  });
  return outputFiles[0].text;
}

/** src/kernels/wasm/worker.ts: before the types are checked. */
export function embedWorker() {
  write(
    "src/kernels/wasm/worker.ts",
    `const script: string = ${JSON.stringify(workerScript())};\nexport default script;\n`,
  );
}

/** dist/worker.js, and for compilers that it is a module without exports. */
export function writeWorker() {
  write("dist/worker.js", workerScript());
  write("dist/worker.d.ts", "export {};\n");
}
