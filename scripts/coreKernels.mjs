// Which kernels a page downloads first: those that are reached from what a plain network needs. All
// others are in the second build of each variant, which is loaded when a plan has one of them.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the first download is for, below src/: the models, layers and optimizers that most begin with. */
const ROOTS = [
  "model/sequential.ts",
  ...["activation", "dense", "dropout", "flatten", "reshape"].map((name) => `layers/${name}.ts`),
  ...["sgd", "adagrad", "rmsprop", "adam", "adamW", "nadam"].map((name) => `optim/${name}.ts`),
  "losses",
  "metrics",
  "ops/activations",
];

function sourcesOf(path) {
  if (path.endsWith(".ts")) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".gen.ts"))
    .map((name) => join(path, name));
}

/** The files that these import, directly or not. Catalogues name every definition there is, so they end the walk. */
function reached(roots) {
  const seen = new Set(roots);
  for (const file of seen) {
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(
      /^(?:import|export) (?!type\b)[^;]*? from "(\.[^"]+)";/gms,
    )) {
      const target = join(dirname(file), path);
      if (!target.endsWith(".gen.ts") && existsSync(target)) seen.add(target);
    }
  }
  return [...seen];
}

/** The names of these kernels that the first download needs. */
export function coreKernels(root, names) {
  const files = reached(ROOTS.flatMap((path) => sourcesOf(join(root, "src", path))));
  const words = new Set();
  for (const file of files)
    for (const [, word] of readFileSync(file, "utf8").matchAll(/[."](\w+)\b/g)) words.add(word);
  return new Set(names.filter((name) => words.has(name)));
}
