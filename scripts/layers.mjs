// Imports go one way. Fails where a file of src/ or assembly/ imports against the two lists below:
// a folder (or file, by its name without .ts) may import what stands left of it, and itself;
// neighbours joined by = never import each other.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "./cache.mjs";

const ORDER = {
  src: `errors < math < shape < names < runtime < kernels < memory < tensor < io < graph < ops < autograd < plan
    < initializers = regularizers = constraints < layers = losses = metrics = optim < train < model
    < tune < distributed < index < workerd < cli`,
  assembly: `lanes < constants < math < random = reduce = moments = channels = columns = share = copyRow = broadcast
    < recurrent < gemm = pool = softmax < ops = optim = peak < dispatch.gen < plan < threads < index`,
};

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Position of each name, and which neighbours it must not know. */
function ranks(list) {
  const rank = new Map();
  list
    .split("<")
    .forEach((group, i) => group.split("=").forEach((name) => rank.set(name.trim(), i)));
  return rank;
}

/** Import specifiers of a source text, static, dynamic and by type. Comments are left out. */
function importsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']/gm,
    /\bimport\s*\(\s*["']([^"']+)["']/g,
    /^\s*import\s*["']([^"']+)["']/gm,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((m) => m[1]));
}

/** Violations in one tree, a sentence each. */
export function layerViolations(tree) {
  const rank = ranks(ORDER[tree]);
  const nameOf = (path) => relative(join(root, tree), path).split("/")[0].replace(/\.ts$/, "");
  const found = [];
  for (const path of filesBelow(join(root, tree))) {
    if (!path.endsWith(".ts") || path.endsWith(".d.ts")) continue;
    const from = nameOf(path);
    if (!rank.has(from))
      found.push(`${tree}/${from} has no place in the order of scripts/layers.mjs`);
    for (const specifier of importsOf(readFileSync(path, "utf8"))) {
      if (!specifier.startsWith(".")) continue;
      const target = join(dirname(path), specifier.endsWith(".ts") ? specifier : `${specifier}.ts`);
      const to = nameOf(target);
      const where = `${relative(root, path)}: imports ${specifier}`;
      if (!existsSync(target) && !/\/kernels\/wasm\/|\.wasm\.ts$/.test(target))
        found.push(`${where}, which is not there`);
      else if (relative(join(root, tree), target).startsWith(".."))
        found.push(`${where}, outside ${tree}/`);
      else if (to !== from && rank.get(to) === rank.get(from))
        found.push(`${where}: ${from} and ${to} are neighbours and never import each other`);
      else if (rank.get(to) > rank.get(from)) found.push(`${where}: ${to} stands right of ${from}`);
    }
  }
  return [...new Set(found)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = Object.keys(ORDER).flatMap(layerViolations);
  for (const line of found) console.error(line);
  if (found.length > 0) process.exit(1);
  console.log("layers: imports go one way");
}
