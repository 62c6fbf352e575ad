import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";

/** What a Worker answers that trains, bundled as wrangler does. */
export async function answerOfWorker(folder, { Miniflare }) {
  const outdir = join(folder, "workerd-out");
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    stdin: {
      contents: `import { train } from "./training.mjs";
        export default { fetch: async () => Response.json(await train(2)) };`,
      resolveDir: folder,
      sourcefile: "worker.mjs",
    },
    outdir,
    entryNames: "worker",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  const files = readdirSync(outdir).sort(
    (a, b) => Number(b === "worker.mjs") - Number(a === "worker.mjs"),
  );
  const worker = new Miniflare({
    modulesRoot: outdir,
    modules: files.map((name) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(outdir, name),
      contents: readFileSync(join(outdir, name)),
    })),
    compatibilityDate: "2026-04-01",
  });
  try {
    return await (await worker.dispatchFetch("http://localhost/")).text();
  } finally {
    await worker.dispose();
  }
}
