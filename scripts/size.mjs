// What a web page downloads: gzip of the minified JavaScript that it loads at once, and of one wasm build, as
// Rolldown (Vite) and esbuild bundle it. Fails above the limits. (esbuild minifies a little less, and gives a page
// what its chunks share with lazy ones.)
//
// Counted is a page with one thread, as pages are unless they ask: of the builds without shared memory the
// larger one. A page loads the build that its first plan needs: "all but formats" counts the build with all
// kernels. What is loaded when it is asked for is not counted: files of models, checkpoints, the worker of `fit`,
// threads (2 KB), optimizers and metrics that few models are compiled with, where they are given by name.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";

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
  { name: "sequential + dense + adam", names: ["sequential", "dense", "adam"], limit: 73 },
  { name: "all but formats", all: true, limit: 233 },
];

/** Every public name but the codecs. */
async function allNames() {
  const names = Object.keys(await import("../dist/index.js"));
  const unknown = FORMATS.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`size: no such export: ${unknown.join(", ")}`);
  return names.filter((name) => !FORMATS.includes(name));
}

/** Chunks of a page that esbuild bundles: file, code, imports, and whether the page begins with it. */
async function byEsbuild(code) {
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
  return outputFiles.map(({ path, contents }) => {
    const file = path.slice(root.length + 1);
    const { imports, entryPoint } = metafile.outputs[file];
    const eager = imports.filter((i) => i.kind === "import-statement" && !i.external);
    const isEntry = entryPoint === "<stdin>";
    return { file, contents, imports: eager.map((i) => i.path), isEntry };
  });
}

/** The same by Rolldown. */
async function byRolldown(code) {
  const id = join(root, "page.js");
  const page = { name: "page", load: (path) => (path === id ? code : undefined) };
  const resolve = { name: "entry", resolveId: (path) => (path === id ? id : undefined) };
  const build = await rolldown({ input: id, platform: "browser", plugins: [page, resolve] });
  const { output } = await build.generate({ format: "esm", minify: true });
  return output.map((o) => {
    const isEntry = o.isEntry && o.facadeModuleId === id;
    return { file: o.fileName, contents: o.code, imports: o.imports, isEntry };
  });
}

/** The largest chunk whose name matches, in KB. */
function largest(chunks, pattern) {
  const sizes = chunks.filter(({ file }) => pattern.test(file)).map(({ bytes }) => bytes);
  if (sizes.length === 0) throw new Error(`size: no chunk is named like ${pattern}`);
  return Math.max(...sizes) / KB;
}

/**
 * KB that a page loads for some imports: the eager chunks, and the larger build of the kernels.
 *
 * @param all  the build with all kernels, as a network of other layers needs it
 */
async function downloadSize(bundle, code, all = false) {
  const chunks = (await bundle(code)).map((chunk) => ({
    ...chunk,
    bytes: gzipSync(chunk.contents, { level: 9 }).length,
  }));
  const eager = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of eager)
    for (const path of imports) eager.add(chunks.find(({ file }) => file === path));
  const js = [...eager].reduce((sum, { bytes }) => sum + bytes, 0) / KB;
  const build = all
    ? /\b(simd|relaxed)-(?!core-|mt-)[\w-]+\.js$/
    : /\b(simd|relaxed)-core-[\w-]+\.js$/;
  return { js, wasm: largest(chunks, build) };
}

const BUNDLERS = { Rolldown: byRolldown, esbuild: byEsbuild };

/** One line a case, and whether all keep to the budget. */
export async function sizes() {
  if (!existsSync(join(root, "dist/index.js")))
    throw new Error("size: dist/ is missing; run `npm run build`");
  const rows = [];
  for (const { name, names, limit, all } of CASES) {
    const list = (names ?? (await allNames())).join(", ");
    const code = `export { ${list} } from ${JSON.stringify(join(root, "dist/index.js"))};`;
    for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
      const { js, wasm } = await downloadSize(bundle, code, all);
      rows.push({ name, bundler, js, wasm, limit, fits: js + wasm <= limit });
    }
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await sizes();
  for (const { name, bundler, js, wasm, limit, fits } of rows) {
    const total = (js + wasm).toFixed(1);
    console.log(
      `${name}, ${bundler}: ${total} KB gzip (${js.toFixed(1)} script, ${wasm.toFixed(1)} wasm), at most ${limit}${fits ? "" : ": TOO LARGE"}`,
    );
  }
  if (rows.some((row) => !row.fits)) process.exit(1);
}
