// Damages real files of every format and reads them: nothing but an error of ours may come of it, soon and in
// bounded memory. Each format has a process of its own, which is ended when it hangs.
//   npm run fuzz -- formats [--count 20000] [--seed 1] [--first 0] [--format onnx] [--seconds 120] [--megabytes 1024]
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    format: { type: "string" },
    seconds: { type: "string", default: "120" },
    megabytes: { type: "string", default: "1024" },
  },
});
if (positionals.join() !== "formats") throw new Error("fuzz: write npm run fuzz -- formats");

async function bundle(entry) {
  const outfile = join(root, "build/fuzz", `${entry}.mjs`);
  await esbuild.build({
    entryPoints: [join(root, "test/formats", `${entry}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    external: ["vitest"],
    logLevel: "error",
  });
  return outfile;
}

const shared = process.env.THALWEG_SHARED ?? join(root, "../shared");
const env = {
  ...process.env,
  THALWEG_SHARED: shared,
  THALWEG_FIXTURES: join(root, "test/formats"),
};
Object.assign(process.env, env);
const program = await bundle("fuzzProcess");
const { FORMATS } = await import(pathToFileURL(await bundle("fuzz")).href);

/** Runs one format; a process that says nothing for some seconds, or grows too large, is ended. */
function run(name) {
  return new Promise((resolve) => {
    const child = fork(program, [name, values.count, values.seed, values.first], {
      env,
      execArgv: [`--max-old-space-size=${values.megabytes}`],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let [index, last, result] = [0, Date.now(), null];
    child.on("message", (message) => {
      last = Date.now();
      if ("index" in message) index = message.index;
      else result = message.result;
    });
    const watch = setInterval(() => {
      if (Date.now() - last > 1000 * Number(values.seconds)) {
        result = { error: `hangs after case ${index}` };
        child.kill("SIGKILL");
      }
    }, 500);
    child.on("exit", (code) => {
      clearInterval(watch);
      resolve(result ?? { error: `ended with ${code} after case ${index}` });
    });
  });
}

let failed = 0;
console.log(`${values.count} files of each format, seed ${values.seed}`);
for (const { name, shared: files } of FORMATS) {
  if (values.format && values.format !== name) continue;
  const missing = files.filter((file) => !existsSync(join(shared, file)));
  if (missing.length > 0) {
    console.log(`${name.padEnd(24)} SKIPPED: ${shared} has no ${missing.join(", ")}`);
    continue;
  }
  const begin = Date.now();
  const { error, read, refused, worstMs, worst, peakMB } = await run(name);
  const seconds = ((Date.now() - begin) / 1000).toFixed(0);
  const large = peakMB > Number(values.megabytes);
  if (error || large || worstMs > 5000) failed++;
  console.log(
    error
      ? `${name.padEnd(24)} FAIL: ${error}`
      : `${name.padEnd(24)} ${String(read).padStart(6)} read ${String(refused).padStart(6)} refused, worst ${worstMs.toFixed(0).padStart(5)} ms (case ${worst}), peak ${peakMB.toFixed(0)} MB${large ? " TOO LARGE" : ""}, ${seconds} s`,
  );
}
if (failed > 0) process.exit(1);
