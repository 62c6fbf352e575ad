import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Mark } from "./manyTrainings.ts";

/** Trainings, and marks on the way. The first part is for caches and compilers to settle. */
const [TRAININGS, MARKS] = [10_000, 10];

/** Bytes by which the heap may differ between marks: V8 collects what it likes; a leak of 200 bytes a training is 2 MB. */
const HEAP = 2_000_000;

/** Bytes of linear memory: what models that were dropped and not collected yet may hold. */
const LINEAR = 16 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), "thalweg-robust-"));

/** Runs an exported function of a file beside this one in a process of its own, with a collector to call. */
async function run(file: string, call: string): Promise<string> {
  const main = join(folder, `${file}.main.mjs`);
  writeFileSync(main, `import * as it from "./${file}.mjs";\nawait it.${call};\n`);
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", main], {
    maxBuffer: 2 ** 24,
  });
  return stdout;
}

beforeAll(async () => {
  const here = (name: string): string => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  await build({
    entryPoints: [here("manyTrainings"), here("droppedModels"), here("cappedMemory")],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  `${TRAININGS} short trainings in one process leave wasm memory and heap flat`,
  { timeout: 900_000 },
  async () => {
    const lines = (await run("manyTrainings", `main(${TRAININGS}, ${MARKS})`)).trim().split("\n");
    const marks = lines.map((line) => JSON.parse(line) as Mark);
    expect(marks.at(-1)!.trainings).toBe(TRAININGS);
    for (const { used, linear } of marks) {
      expect(used).toBe(0); // of all models, those that were dropped as well
      expect(linear).toBeLessThan(LINEAR);
    }
    const settled = marks.slice(1);
    for (const kind of ["heap", "buffers"] as const) {
      const bytes = settled.map((mark) => mark[kind]);
      expect(Math.max(...bytes) - Math.min(...bytes), `${kind} ${bytes.join()}`).toBeLessThan(HEAP);
    }
  },
);

test(
  "models that are dropped are freed, those that are closed at once",
  { timeout: 120_000 },
  async () => {
    expect(JSON.parse(await run("droppedModels", "main()"))).toEqual({
      dropped: 0,
      closed: 0,
      whileTraining: true,
      aborted: 0,
      traced: 0,
    });
  },
);

test(
  "a memory cap says so before anything is lost, and the engine trains on",
  { timeout: 120_000 },
  async () => {
    const told = JSON.parse(await run("cappedMemory", "main()")) as Record<string, unknown>;
    expect(told).toEqual({
      model: expect.stringMatching(
        /^MemoryError: model "sequential": needs [\d,]+ bytes \(parameters /,
      ),
      data: expect.stringMatching(
        /^MemoryError: fit: needs [\d,]+ bytes \(data [\d,]+, activations of a batch of \d+ /,
      ),
      batch: expect.stringMatching(/^MemoryError: fit: needs [\d,]+ bytes \(data /),
      predict: expect.stringMatching(/^MemoryError: predict: needs [\d,]+ bytes \(data /),
      evaluate: expect.stringMatching(/^MemoryError: evaluate: needs [\d,]+ bytes \(data /),
      worker: expect.stringMatching(/^MemoryError: model "sequential": needs /),
      kept: true,
      used: true,
      same: true,
      trials: expect.any(Number),
    });
    // Models of every size were tried: some fit, some did not, and nothing was left of any.
    expect(told["trials"]).toBeGreaterThan(20);
  },
);
