// Builds everything that is not committed: the wasm variants, their base64 modules, and dist/.
import { mkdirSync, rmSync, writeFileSync, existsSync, copyFileSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWasm } from "./wasm.mjs";
import { embedWorker, writeWorker } from "./worker.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...path) => join(root, ...path);
const only = process.argv[2];

/** src/kernels/wasm/<variant>.ts: the bytes as base64, one literal import each. */
export async function embedWasm() {
  mkdirSync(at("src/kernels/wasm"), { recursive: true });
  const built = await buildWasm();
  for (const { variant, bytes } of built) {
    const text = `const base64: string =\n  "${bytes.toString("base64")}";\nexport default base64;\n`;
    writeFileSync(at("src/kernels/wasm", `${variant}.ts`), text);
  }
  return built;
}

const built = await embedWasm();
embedWorker();
if (only !== "wasm") {
  rmSync(at("dist"), { recursive: true, force: true });
  execFileSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", root], { stdio: "inherit" });
  mkdirSync(at("dist/kernels"), { recursive: true });
  for (const { variant } of built) copyFileSync(at("build", `${variant}.wasm`), at("dist/kernels", `${variant}.wasm`));
  writeWorker();
}
