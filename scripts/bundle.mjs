// dist/*.js from a module for each source file. Few files, because a program that imports a hundred
// modules starts 0.15 s later; and cut so that bundlers can leave out what a page does not use. A bundler
// drops unused statements of a file, but it puts the rest of a file into one chunk, and it downloads at
// once whatever index.js imports. Hence five kinds of files:
//
//   core     what a plain network needs to be made and trained
//   lib      all else that is public
//   later    what core loads when it is asked for: files of models, checkpoints, streams. Some of it is
//            public as well, and is in lib a second time: it would otherwise be downloaded at once.
//   named    optimizers and metrics that few models are compiled with: core loads them where one is given by name
//   others   what is loaded lazily and is not public: each build of the kernels, codecs of other libraries
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { filesBelow } from "./cache.mjs";
import { LAYERS } from "./firstDownload.mjs";
import { pure } from "./pure.mjs";

/** Namespaces of the public API: modules of their own, because a bundler cannot shake an inlined one. */
const NAMESPACES = [
  "ops/index.gen",
  "metrics/index.gen",
  "metrics/scores/index",
  "train/data/index",
  "tune/index",
];
/** Files of dist that have a name, and their modules. */
const ENTRIES = {
  ...Object.fromEntries(
    ["index", "workerd", "cli/main", "distributed/index", ...NAMESPACES].map((name) => [
      name,
      name,
    ]),
  ),
  // What threads run lies beside the files that start them.
  trialThread: "tune/parallel/trialThread",
  redisLogThread: "distributed/redisLogThread",
  tuneObjective: "cli/tune/objective",
};
const CORE = [
  ...["sequential", "functional"].map((name) => `model/${name}`),
  ...LAYERS.map((name) => `layers/${name}`),
];
const LATER = "?later";
/** Folders whose definitions core loads where one that is not in core is given by name. */
const NAMED = ["optim", "metrics"];
/** Files with a class of which each thread has its own copy: pages load them lazily, workers at once. */
const OF_A_THREAD = ["runtime/peer", "model/worker/upload"];
const plain = (id) => id.replace(LATER, "");

const read = (file) => readFileSync(file, "utf8");
const targets = (file, pattern) =>
  [...read(file).matchAll(pattern)].map(([, path]) => join(dirname(file), path));
const imported = (file) => targets(file, /^(?:import|export)\b[^;]*? from "(\.[^"]+\.js)";/gms);
const lazilyImported = (file) =>
  targets(file, /\bimport\("(\.[^"]+)"\)/g).filter((path) => !path.includes("/wasm/"));

/** Files and what they import, directly or not. */
function closure(files) {
  const seen = new Set(files);
  for (const file of seen) for (const next of imported(file)) seen.add(next);
  return seen;
}

/** Which file of dist a module belongs to. */
function parts(root) {
  const all = (names) => closure(names.map((name) => join(root, `${name}.js`)));
  const core = all(CORE);
  const lib = new Set([...all(["index"])].filter((file) => !core.has(file)));
  lib.delete(join(root, "index.js"));
  // All that a file loads lazily is live as soon as the file is: such a one stands by itself.
  const loaders = new Set([...lib].filter((file) => lazilyImported(file).length > 0));
  for (const file of loaders) lib.delete(file);
  const seen = new Set(core);
  for (const file of seen) {
    for (const next of lazilyImported(file)) seen.add(next);
    if (!core.has(file)) for (const next of imported(file)) seen.add(next);
  }
  const later = new Set([...seen].filter((file) => !core.has(file)));
  const twice = new Set([...later].filter((file) => lib.has(file)));
  // Two copies of a class, or of a map that is filled, would not know of each other: such a file stands by itself.
  const mayBeTwice = OF_A_THREAD.map((name) => join(root, `${name}.js`));
  for (const file of twice) {
    if (
      mayBeTwice.includes(file) ||
      !/^(export )?(class |const \w+ = (\/\*.*?\*\/ )?new (Weak)?(Map|Set)\(\))/m.test(read(file))
    )
      continue;
    twice.delete(file);
    lib.delete(file);
    loaders.add(file);
  }
  const named = NAMED.map((name) => ({ name, files: all([`${name}/catalogue.gen`]) }));
  return { core, lib, loaders, later, twice, named };
}

/** Sends what is loaded lazily to its own copies, and marks constants as pure. */
function plugin(root, { core, lib, loaders, later, twice }) {
  const isPublic = (file) => [core, lib, loaders, later].some((part) => part.has(file));
  const atOnce = closure(Object.values(ENTRIES).map((path) => join(root, `${path}.js`)));
  const isLater = (id) => id.endsWith(LATER) || !atOnce.has(id);
  return {
    name: "thalweg",
    // Programs, such as the command line, do something when they are loaded.
    load: (id) => (isPublic(plain(id)) ? pure(read(plain(id))) : undefined),
    resolveId(path, importer, { kind }) {
      if (importer === undefined || !path.startsWith(".")) return undefined;
      const from = plain(importer);
      // The entry for workerd is beside the files that it imports.
      if (from === join(root, "workerd.js") && /\.wasm$|\/index\.js$/.test(path))
        return { id: path, external: true };
      if (from === join(root, "index.js") && NAMESPACES.some((name) => path === `./${name}.js`))
        return { id: path, external: true };
      const file = join(dirname(from), path);
      const isLazy = kind === "dynamic-import" || core.has(from) || isLater(importer);
      return twice.has(file) && isLazy ? file + LATER : file;
    },
  };
}

/** Bundles the modules below `root` into `dist`. */
export async function bundleLibrary(root, dist) {
  const found = parts(root);
  const { core, lib, loaders, named } = found;
  const build = await rolldown({
    input: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, path]) => [name, join(root, `${path}.js`)]),
    ),
    platform: "neutral",
    external: [/^node:/, /^[^./]/],
    treeshake: { moduleSideEffects: false },
    preserveEntrySignatures: "allow-extension",
    plugins: [plugin(root, found)],
    logLevel: "warn",
  });
  await build.write({
    dir: dist,
    format: "esm",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: "core", test: (id) => core.has(id) },
        { name: "lib", test: (id) => lib.has(id) },
        ...named.map(({ name, files }) => ({
          name,
          test: (id) => id.endsWith(LATER) && files.has(plain(id)),
        })),
        { name: "later", test: (id) => id.endsWith(LATER) },
        { debugName: "loader", name: (id) => (loaders.has(id) ? basename(id, ".js") : null) },
      ],
    },
  });
  for (const file of filesBelow(dist).filter((path) => path.endsWith(".js"))) {
    // Imports for side effects only, of files that have none: bundlers warn of them.
    const text = read(file).replace(/^import "\.[^"]*";\n/gm, "");
    if (text !== read(file)) writeFileSync(file, text);
  }
}
