// Builds everything that is not committed. A step whose inputs are unchanged is skipped.
//   node scripts/build.mjs         all
//   node scripts/build.mjs wasm    the wasm variants and their base64 modules: what tests need
//   --force                        skips nothing
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { bundleLibrary } from "./bundle.mjs";
import { Cache, hashOf, writeIfChanged } from "./cache.mjs";
import { finishDeclarations } from "./declarations.mjs";
import { VARIANTS, buildVariant, coreOf } from "./wasm.mjs";
import { embedTrainingWorker } from "./trainingWorker.mjs";
import { embedWorker, writeWorker } from "./worker.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...path) => join(root, ...path);
const only = process.argv.slice(2).find((word) => !word.startsWith("--"));
const force = process.argv.includes("--force");
const cache = new Cache(at("build/inputs.json"));
const version = (name) =>
  JSON.parse(readFileSync(at("node_modules", name, "package.json"), "utf8")).version;

/** Compiles a build unless its inputs are unchanged; gives the text of its module: gzipped bytes as base64. */
async function moduleOf(build, hash) {
  const file = at("build", `${build}.wasm`);
  const raw = at("build", `${build}.raw.wasm`); // has names: for the dispatcher check and tests
  if (force || !cache.has(build, hash, [file, raw])) {
    await buildVariant(build);
    cache.record(build, hash);
  }
  // base64 breaks what gzip looks for: a server's gzip of plain base64 is half as large again.
  const base64 = gzipSync(readFileSync(file), { level: 9 }).toString("base64");
  return `const base64: string =\n  "${base64}";\nexport default base64;\n`;
}

/**
 * build/<variant>.wasm and its core, and src/kernels/wasm/*.ts: the same bytes. Where only the wasm is asked
 * for, cores are left out, as they only make a page's first download smaller: their modules give all kernels.
 */
async function wasm() {
  const inputs = [at("assembly"), at("asconfig.json"), at("scripts/wasm.mjs")];
  const hash = hashOf(inputs, [version("assemblyscript"), version("binaryen")]);
  const write = (build, text) => writeIfChanged(at("src/kernels/wasm", `${build}.ts`), text);
  await Promise.all(
    VARIANTS.map(async (variant) => {
      write(variant, await moduleOf(variant, hash));
      const core = coreOf(variant);
      if (only === "wasm") write(core, `export { default } from "./${variant}.ts";\n`);
      else write(core, await moduleOf(core, hash));
    }),
  );
}

/** build/modules: a JavaScript module for each source file. dist: their declarations. */
function modules() {
  for (const folder of ["build/modules", "dist"])
    rmSync(at(folder), { recursive: true, force: true });
  const out = ["--outDir", at("build/modules"), "--declarationDir", at("dist")];
  execFileSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", root, ...out], {
    stdio: "inherit",
  });
  finishDeclarations(at("dist"));
}

/** dist/kernels/<variant>.wasm, for those who compile or stream the bytes themselves. */
function wasmFiles() {
  mkdirSync(at("dist/kernels"), { recursive: true });
  for (const variant of VARIANTS) {
    copyFileSync(at("build", `${variant}.wasm`), at("dist/kernels", `${variant}.wasm`));
  }
}

/** dist/browser.js: the whole library in one file, for `<script type="module">` without a bundler. */
async function browserFile() {
  await esbuild.build({
    entryPoints: [at("build/modules/index.js")],
    outfile: at("dist/browser.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [
      {
        name: "one build a variant",
        setup: ({ onResolve }) =>
          onResolve({ filter: /-core\.js$/ }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path.replace("-core", "")),
          })),
      },
    ],
  });
  writeIfChanged(at("dist/browser.d.ts"), 'export * from "./index.js";\n');
}

/** The command line program can be started as a file. */
function executable() {
  const main = at("dist/cli/main.js");
  if (existsSync(main)) chmodSync(main, 0o755);
}

const started = performance.now();
await wasm();
embedWorker();
await embedTrainingWorker();
if (only !== "wasm") {
  const inputs = ["src", "tsconfig.json", "package.json"].map((path) => at(path));
  for (const name of ["build", "bundle", "declarations", "pure"])
    inputs.push(at("scripts", `${name}.mjs`));
  const hash = hashOf(inputs, ["typescript", "esbuild", "rolldown"].map(version));
  if (force || !cache.has("dist", hash, [at("dist/index.js"), at("dist/browser.js")])) {
    modules();
    await bundleLibrary(at("build/modules"), at("dist"));
    wasmFiles();
    writeWorker();
    await browserFile();
    executable();
    cache.record("dist", hash);
  }
}
console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
