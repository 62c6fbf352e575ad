import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { fromRuntimes } from "./commands.mjs";

/**
 * What a Worker of Cloudflare's runtime answers. It is bundled as wrangler does: wasm by static imports, which is
 * the only way in, as compiling at run time is forbidden there.
 *
 * @param entry  a module of the project whose default export has `fetch`
 * @returns null where miniflare is missing
 */
export async function answerOf(project, entry) {
  const miniflare = await fromRuntimes("miniflare");
  if (!miniflare) return null;
  const folder = join(project, "workerd");
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: [join(project, entry)],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  // The first module is the one that is run.
  const files = readdirSync(folder).filter((name) => /\.(mjs|wasm)$/.test(name));
  files.sort((a, b) => Number(b === entry) - Number(a === entry));
  const worker = new miniflare.Miniflare({
    modulesRoot: folder,
    modules: files.map((name) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(folder, name),
      contents: readFileSync(join(folder, name)),
    })),
    compatibilityDate: "2026-04-01",
  });
  try {
    const response = await worker.dispatchFetch("http://localhost/");
    return await response.text();
  } finally {
    await worker.dispose();
  }
}
