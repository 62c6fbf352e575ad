import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const dist = join(root, "dist");

/** What a bundler makes of a line of code: the chunks that a page loads at once. */
async function bundled(code: string): Promise<string> {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: code, resolveDir: root },
    absWorkingDir: root,
    outdir: join(root, "build/shaken"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const { outputs } = metafile;
  const eager = new Set(Object.keys(outputs).filter((p) => outputs[p]!.entryPoint === "<stdin>"));
  for (const path of eager)
    for (const { kind, path: next } of outputs[path]!.imports)
      if (kind === "import-statement") eager.add(next);
  const chunks = outputFiles.filter(({ path }) => eager.has(path.slice(root.length + 1)));
  return chunks.map(({ text }) => text).join("\n");
}

/** Words that only the code of a thing has: the table of kernels, which every page has, names all of them. */
const CODE: Readonly<Record<string, string>> = {
  conv2d: "convFilterGrad",
  lstm: "unitForgetBias",
  averagePooling2d: "averagePooling2d",
  multiHeadAttention: "multiHeadAttention",
  loadModel: "holds tensors but no model",
  decodeCsv: "decodeCsv",
  decodeSafetensors: "it is no safetensors file",
  backupAndRestore: "backupAndRestore",
  decodeCheckpoint: "it is no checkpoint",
  tensorBoard: "tfevents",
  mobileNet: "mobileNet",
};

test("a page with a plain network has no code of layers, formats and callbacks that it does not use", async () => {
  const text = await bundled('export { sequential, dense, adam } from "./dist/index.js";');
  expect(text.includes("sparseSoftmaxCrossentropy")).toBe(true);
  const there = Object.keys(CODE).filter((name) => text.includes(CODE[name]!));
  expect(there).toEqual([]);
});

test.for(Object.entries(CODE))("a page that imports %s has its code", async ([name, code]) => {
  const text = await bundled(`export { ${name} } from "./dist/index.js";`);
  expect(text.includes(code)).toBe(true);
});

test("what a page does not use of a namespace is not in it, where the bundler is Rolldown; esbuild keeps all", async () => {
  const page = 'import { ops } from "./dist/index.js"; console.log(ops.einsum);';
  const build = await rolldown({
    input: "page",
    cwd: root,
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? join(root, "page.js") : undefined),
        load: (id) => (id === join(root, "page.js") ? page : undefined),
      },
    ],
  });
  const { output } = await build.generate();
  const entry = output[0];
  const eager = output.filter((o) => o === entry || entry.imports.includes(o.fileName));
  const text = eager.map((o) => (o.type === "chunk" ? o.code : "")).join("\n");
  expect(text.includes('einsum "')).toBe(true);
  expect(text.includes("band: x must")).toBe(false);
});

test("no file of the library does anything when it is loaded", async () => {
  const files = readdirSync(dist).filter((name) => /^(index|core|lib|later)\b.*\.js$/.test(name));
  expect(files).toHaveLength(4);
  for (const name of files) {
    const file = join(dist, name);
    const { outputFiles } = await esbuild.build({
      stdin: { contents: `import ${JSON.stringify(file)};`, resolveDir: root },
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "silent",
      plugins: [
        {
          name: "alone",
          setup: ({ onResolve }) =>
            onResolve({ filter: /.*/ }, ({ path }) =>
              path === file
                ? { path, sideEffects: true }
                : { path, external: true, sideEffects: false },
            ),
        },
      ],
    });
    const kept = outputFiles[0]!.text.replaceAll(/^\s*\/\/.*$/gm, "").trim();
    expect(kept.slice(0, 200), name).toBe("");
  }
});

test("the package and the file for pages without a bundler have the same names", async () => {
  const url = (name: string): string => new URL(`../../dist/${name}`, import.meta.url).href;
  const [lib, file] = (await Promise.all([import(url("index.js")), import(url("browser.js"))])) as [
    object,
    object,
  ];
  expect(Object.keys(lib).sort()).toEqual(Object.keys(file).sort());
  expect(Object.keys(lib)).toContain("sequential");
});
