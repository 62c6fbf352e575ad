// Which kernels a page downloads first: those that are reached from what most networks begin with. All
// others are in the second build of each variant, which is loaded when a plan has one of them.
import { join, relative } from "node:path";
import { buildSync } from "esbuild";
import { ACTIVATIONS, LAYERS, LOSSES, METRICS, OPTIMIZERS } from "./firstDownload.mjs";

/** What the first download is for, below src/. */
const ROOTS = [
  "model/sequential",
  ...LAYERS.map((name) => `layers/${name}`),
  ...OPTIMIZERS.map((name) => `optim/${name}`),
  ...LOSSES.map((name) => `losses/${name}`),
  ...METRICS.map((name) => `metrics/${name}`),
  ...ACTIVATIONS.map((name) => `ops/activations/${name}`),
];

/** Kernels of options that few set, and of what fusion looks for, in code that all need. */
const RARE = [
  ...["adaptiveClip", "clipValue", "maxMagnitude", "sumOfMagnitudes"],
  ...["accumulate", "ascend", "averageWeights", "inverseNorm", "lookAhead"],
  ...["geluTanh", "geluTanhGrad", "maxPoolGrad"],
];

/**
 * The code that these roots need at once, and no more. Catalogues name every definition there is, so they
 * stay outside.
 */
function reached(root) {
  const { outputFiles, metafile } = buildSync({
    stdin: {
      contents: ROOTS.map((path, i) => `export * as _${i} from "./src/${path}.ts";`).join("\n"),
      resolveDir: root,
    },
    absWorkingDir: root,
    outdir: join(root, "build"),
    bundle: true,
    splitting: true,
    metafile: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["*.gen.ts", "./wasm/*", "*/errors.ts"], // errors.ts has names of all kinds of things
    packages: "external",
    legalComments: "none",
    logLevel: "error",
  });
  const { outputs } = metafile;
  const eager = new Set(Object.keys(outputs).filter((p) => outputs[p].entryPoint === "<stdin>"));
  for (const path of eager)
    for (const { kind, path: next, external } of outputs[path].imports)
      if (kind === "import-statement" && !external) eager.add(next);
  return outputFiles.filter((f) => eager.has(relative(root, f.path))).map((f) => f.text);
}

/** The names of these kernels that the first download needs. */
export function coreKernels(root, names) {
  const words = new Set();
  for (const text of reached(root))
    for (const [, word] of text.matchAll(/(?:\bk(?:ernels)?\.|")(\w+)\b/g)) words.add(word);
  return new Set(names.filter((name) => words.has(name) && !RARE.includes(name)));
}
