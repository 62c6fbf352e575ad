// Bundles src/model/worker/script.ts into one self-contained script: src/kernels/wasm/trainingWorker.ts holds
// its text, gzipped, as base64. Its engine gets a compiled module by message, so there is no wasm in it.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { writeIfChanged } from "./cache.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What is loaded lazily elsewhere and never there: kernels, files and their formats, checkpoints, workers, groups. */
const NEVER =
  /\/(wasm\/(simd|relaxed)[^/]*|(load|write)\/[^/]*|loadWeights|files|planInfo|checkpoint|checkpointStore|placedArrays|elsewhere|onBatch|share)\.ts$/;

/** A script that is a module, a classic worker and a CommonJS module alike. */
async function trainingScript() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/model/worker/script.ts")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logOverride: { "empty-import-meta": "silent" }, // threads then start from a Blob
    plugins: [
      {
        name: "nothing that is not needed",
        setup: ({ onLoad, onResolve }) => {
          onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === "dynamic-import" && NEVER.test(path)
              ? { path, namespace: "missing" }
              : undefined,
          );
          onLoad({ filter: /./, namespace: "missing" }, ({ path }) => ({
            contents: `throw new Error(${JSON.stringify(`${path} is not in this worker`)});`,
          }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}

/** src/kernels/wasm/trainingWorker.ts: before the types are checked. */
export async function embedTrainingWorker() {
  const base64 = gzipSync(await trainingScript(), { level: 9 }).toString("base64");
  writeIfChanged(
    join(root, "src/kernels/wasm/trainingWorker.ts"),
    `const base64: string =\n  "${base64}";\nexport default base64;\n`,
  );
}
