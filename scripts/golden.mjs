// Runs the reference vectors of other libraries through the real code paths (test/golden).
//   npm run golden                      the committed copy
//   GOLDEN=folder npm run golden        another folder of the same format
//   npm run golden -- ops optim         parts of it
//   npm run golden -- onnx              ONNX's node cases: of the folder "onnx" beside GOLDEN, or ../shared/onnx
// GOLDEN_DATA names a folder with data sets of whole trainings that are not in data/.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const here = process.env.INIT_CWD ?? process.cwd();
const { GOLDEN, GOLDEN_DATA } = process.env;

if (!existsSync(join(root, "src/kernels/wasm/simd.ts"))) {
  execFileSync(process.execPath, [join(root, "scripts/build.mjs"), "wasm"], { stdio: "inherit" });
}
const outfile = join(root, "build/golden.mjs");
await build({
  entryPoints: [join(root, "test/golden/main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "error",
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(
  {
    folder: GOLDEN ? resolve(here, GOLDEN) : join(root, "test/golden/data"),
    data: [
      join(root, "data"),
      join(root, "test/data"),
      ...(GOLDEN_DATA ? [resolve(here, GOLDEN_DATA)] : []),
    ],
    onnx: [...(GOLDEN ? [resolve(here, GOLDEN, "../onnx")] : []), join(root, "../shared/onnx")],
    parts: process.argv.slice(2),
  },
  console.log,
);
