// What a web page downloads: gzip of the minified JavaScript that it loads at once, and of one wasm build, as
// esbuild bundles it. Fails above the limit.
//
// Counted is a page with one thread, as pages are unless they ask: of the builds without shared memory the
// larger one. A page with layers whose kernels are not in the first build loads the build with all as well:
// "all but formats" counts both. What is loaded when it is asked for is not counted: files of models,
// checkpoints, the worker of `fit`, threads (2 KB).
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const KB = 1000;

/** Codecs: what a page reads or writes files of others with. */
const FORMATS = [
  "decodeCheckpoint",
  "decodeCsv",
  "decodeIdx",
  "decodeNpy",
  "decodeSafetensors",
  "encodeNpy",
  "encodeSafetensors",
  "gunzip",
  "loadModel",
  "loadTensors",
];

const CASES = [
  { name: "sequential + dense + adam", names: ["sequential", "dense", "adam"], limit: 75 },
  { name: "all but formats", all: true, limit: 232 },
];

/** Every public name but the codecs. */
async function allNames() {
  const names = Object.keys(await import("../dist/index.js"));
  const unknown = FORMATS.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`size: no such export: ${unknown.join(", ")}`);
  return names.filter((name) => !FORMATS.includes(name));
}

/** The largest build of a kind among the chunks. */
function largest(outputs, bytesOf, pattern) {
  const sizes = outputs
    .filter(([, o]) => pattern.test(o.entryPoint ?? ""))
    .map(([path]) => bytesOf.get(path));
  return Math.max(...sizes) / KB;
}

/**
 * KB that a page loads for some imports: the eager chunks, and the largest core build.
 *
 * @param all  the build with all kernels as well, as a network of other layers needs it
 */
export async function downloadSize(code, all = false) {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    outdir: join(root, "build/size"),
    absWorkingDir: root,
    logLevel: "warning",
  });
  const bytesOf = new Map(
    outputFiles.map((f) => [
      f.path.slice(root.length + 1),
      gzipSync(f.contents, { level: 9 }).length,
    ]),
  );
  const outputs = Object.entries(metafile.outputs);
  const entry = outputs.find(([, o]) => o.entryPoint === "<stdin>")[0];
  const eager = new Set([entry]);
  for (const path of eager) {
    for (const i of metafile.outputs[path].imports)
      if (i.kind === "import-statement" && !i.external) eager.add(i.path);
  }
  const js = [...eager].reduce((sum, path) => sum + bytesOf.get(path), 0);
  const wasm =
    largest(outputs, bytesOf, /\b(simd|relaxed)-core-[\w-]+\.js$/) +
    (all ? largest(outputs, bytesOf, /\b(simd|relaxed)-(?!core-|mt-)[\w-]+\.js$/) : 0);
  return { js: js / KB, wasm };
}

/** One line a case, and whether all keep to the budget. */
export async function sizes() {
  if (!existsSync(join(root, "dist/index.js")))
    throw new Error("size: dist/ is missing; run `npm run build`");
  const rows = [];
  for (const { name, names, limit, all } of CASES) {
    const list = (names ?? (await allNames())).join(", ");
    const { js, wasm } = await downloadSize(`export { ${list} } from "./dist/index.js";`, all);
    rows.push({ name, js, wasm, limit, fits: js + wasm <= limit });
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await sizes();
  for (const { name, js, wasm, limit, fits } of rows) {
    const total = (js + wasm).toFixed(1);
    console.log(
      `${name}: ${total} KB gzip (${js.toFixed(1)} script, ${wasm.toFixed(1)} wasm), at most ${limit}${fits ? "" : ": TOO LARGE"}`,
    );
  }
  if (rows.some((row) => !row.fits)) process.exit(1);
}
