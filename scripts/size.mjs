// What a web page downloads: gzip of the minified JavaScript and of one wasm build, the largest.
// Fails above the budget.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const KB = 1000;

const CASES = [
  {
    name: "sequential + dense + adam",
    code: 'export { sequential, dense, adam } from "./dist/index.js";',
    limit: 75,
  },
  { name: "everything", code: 'export * from "./dist/index.js";', all: true, limit: 235 },
];

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
    largest(outputs, bytesOf, /\b(simd|relaxed)(-mt)?-core-\w+\.js$/) +
    (all ? largest(outputs, bytesOf, /\b(simd|relaxed)(-mt)?-(?!core)\w+\.js$/) : 0);
  return { js: js / KB, wasm };
}

/** One line a case, and whether all keep to the budget. */
export async function sizes() {
  if (!existsSync(join(root, "dist/index.js")))
    throw new Error("size: dist/ is missing; run `npm run build`");
  const rows = [];
  for (const { name, code, limit, all } of CASES) {
    const { js, wasm } = await downloadSize(code, all);
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
