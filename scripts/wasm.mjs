// Compiles assembly/ to build/<variant>.wasm as asconfig.json says: asc without optimisation, then
// Binaryen's wasm-opt -O2 with inlining forced everywhere but at the kernels. (-O3, converge and
// asc's own -O2 are measurably slower: see docs/performance.md.)
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const config = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8"));
const bin = (path) => join(root, "node_modules", path);
const ASC = bin("assemblyscript/bin/asc.js");
const WASM_OPT = bin("binaryen/bin/wasm-opt");
const FEATURES = {
  simd: ["--enable-simd"],
  "relaxed-simd": ["--enable-relaxed-simd"],
  threads: ["--enable-threads"],
};

/** Functions that hold a loop worth registers of its own. */
const MICRO_KERNELS = [
  "gemm/tile3x8/*",
  "gemm/tile4x8/*",
  "gemm/tile4x8x4/*",
  "gemm/tile6x8/*",
  "gemm/runs4x8/*",
  "gemm/runs4x8x4/*",
  "gemm/runs6x8/*",
  "gemm/convolve/*",
  "gemm/gather/*",
  "gemm/lines/convolveLines",
  "gemm/lines/lines",
  "gemm/filterGradient/filterGradient",
  "gemm/filterGradient/windows",
  "gemm/filterGradient/copyLine",
  "gemm/rows/*",
  "gemm/dots/*",
  "gemm/pack/*",
  "gemm/epilogue/finish",
  "gemm/gemm/*",
  "gemm/panels/*",
  "columns/*",
  "reduce/foldRow*",
  "reduce/sumRow<assembly/reduce/Exponential>",
  "recurrent/*",
  "ops/lstm/*",
  "ops/gru/*",
  "ops/simpleRnn/*",
];

/**
 * Long functions that are called beside much work: copies of them are 1 KB of the download and gain nothing. (What ends
 * a row or sums one, and logarithms, must be inlined: pooling, short rows and losses would run at half their speed, for
 * 5 KB.)
 */
const CALLED = [
  "channels/coefficients",
  "math/pow/pow",
  "optim/columns/scaleColumns",
  "reduce/foldColumn*",
];

/** Names of the kernels, as Binaryen knows them. */
function kernelNames() {
  const text = readFileSync(join(root, "assembly/dispatch.gen.ts"), "utf8");
  const names = [];
  for (const [, list, file] of text.matchAll(
    /^import \{ (.+) \} from "\.\/((?:ops|optim)\/.+)";$/gm,
  )) {
    for (const name of list.split(", ")) names.push(`assembly/${file}/${name}`);
  }
  return names;
}

async function node(...args) {
  try {
    const { stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    if (stderr.includes("WARNING")) process.stderr.write(stderr);
  } catch (error) {
    throw new Error(error.stderr || error.message);
  }
}

/** Name of the build of a variant that a page loads first: with the kernels of coreKernels.mjs alone. */
export const coreOf = (variant) => `${variant}-core`;

/** Compiles one variant, or its core; returns its bytes. */
export async function buildVariant(build, extra = []) {
  mkdirSync(join(root, "build"), { recursive: true });
  const variant = build.replace(/-core$/, "");
  const target = config.targets[variant];
  const raw = join(root, "build", `${build}.raw.wasm`);
  const out = join(root, target.outFile.replace(variant, build));
  // asc adds the entries of asconfig.json. Builds without shared memory have no atomics; what only benches
  // call is not in the first download.
  const entries = target.sharedMemory ? [join(root, "assembly/threads.ts")] : [];
  if (build === variant) entries.push(join(root, "assembly/peak.ts"));
  await node(
    ASC,
    ...entries,
    "--config",
    join(root, "asconfig.json"),
    "--target",
    variant,
    "--use",
    `abort=,ALL_KERNELS=${build === variant ? 1 : 0}`,
    "-o",
    raw,
  );
  await node(
    WASM_OPT,
    raw,
    ...target.enable.flatMap((f) => FEATURES[f]),
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    ...kernelNames().map((name) => `--no-inline=${name}`),
    // A micro-kernel inlined into its loops would share their registers.
    ...[...MICRO_KERNELS, ...CALLED].map((name) => `--no-inline=assembly/${name}`),
    // A worker stays in `work` for life: what it calls can tier up, what is inlined there cannot.
    "--no-inline=assembly/threads/walk",
    "-O2",
    "--always-inline-max-function-size",
    "400",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    ...extra,
    "-o",
    out,
  );
  const bytes = readFileSync(out);
  if (!WebAssembly.validate(bytes) && !variant.includes("relaxed"))
    throw new Error(`${out} does not validate`);
  return bytes;
}

/** Names of the variants, from asconfig.json. */
export const VARIANTS = Object.keys(config.targets);

/** Several variants at once. */
export async function buildWasm(variants = VARIANTS) {
  return Promise.all(
    variants.map(async (variant) => ({ variant, bytes: await buildVariant(variant) })),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const built = await buildWasm(process.argv.length > 2 ? process.argv.slice(2) : undefined);
  for (const { variant, bytes } of built)
    console.log(`build/${variant}.wasm ${bytes.length} bytes`);
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
}
