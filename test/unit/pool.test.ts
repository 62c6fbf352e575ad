import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { afterEach, expect, test, vi } from "vitest";
import { EngineError, NonFiniteError } from "../../src/errors.ts";
import { type Engine, createEngine, init } from "../../src/kernels/engine.ts";
import { Commands } from "../../src/kernels/commands.ts";
import { kernelsOf } from "../../src/kernels/kernels.ts";
import { dense } from "../../src/layers/dense.ts";
import { regionsOf } from "../../src/memory/regions.ts";
import { sequential } from "../../src/model/sequential.ts";
import { add } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { runOnce } from "../support/opRun.ts";

const open: Engine[] = [];

/** An engine that shares whatever can be shared. Closed after the test. */
async function engineWith(threads: number): Promise<Engine> {
  const engine = await createEngine({ threads, splitWork: 0 });
  open.push(engine);
  return engine;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((engine) => engine.close()));
});

const a = tensor(
  Float32Array.from({ length: 61 * 53 }, (_, i) => Math.sin(i)),
  [61, 53],
);
const b = tensor(
  Float32Array.from({ length: 53 * 47 }, (_, i) => Math.cos(i)),
  [53, 47],
);

/** A few commands with a barrier between them. */
function product(engine: Engine): Float32Array {
  const [out] = runOnce(engine, (x, y) => [add(matmul(x!, y!), matmul(x!, y!))], [a, b]);
  return out!.data as Float32Array;
}

const expected = createEngine({ threads: 1 }).then(product);

test("close() stops the workers, a second call does nothing, and the engine runs on one thread", async () => {
  const engine = await engineWith(2);
  expect(engine.threads).toBe(2);
  await engine.close();
  await engine.close();
  expect(engine.threads).toBe(1);
  expect(engine.info().notes.join()).toContain("one thread: the engine was closed");
  expect(product(engine)).toEqual(await expected);
});

test("close() while the workers still spin lets each of them end", async () => {
  for (let i = 0; i < 5; i++) {
    const engine = await engineWith(3);
    product(engine);
    await engine.close();
  }
});

test("Symbol.asyncDispose closes", async () => {
  const engine = await engineWith(2);
  await engine[Symbol.asyncDispose]();
  expect(engine.closed).toBe(true);
});

test("init() starts a new engine after close()", async () => {
  const first = await init();
  await first.close();
  const second = await init({ threads: 2 });
  expect(second).not.toBe(first);
  expect(second.threads).toBe(2);
  await expect(init({ threads: 3 })).rejects.toThrow("the engine already runs");
  await second.close();
});

test("a worker that is killed leaves one thread, a note, and the same bits", async () => {
  const engine = await engineWith(3);
  expect(product(engine)).toEqual(await expected);
  await engine["pool"]!["workers"][1]!.terminate();
  await vi.waitFor(() => expect(engine.threads).toBe(1));
  expect(engine.info().notes.join()).toContain("one thread: a worker thread ended");
  expect(product(engine)).toEqual(await expected);
});

test("a worker that fails in the middle of a run is an error, not a hang, and the next run is on one thread", async () => {
  const engine = await engineWith(2);
  const commands = new Commands(0);
  // The worker's half begins at the end of memory, where it traps; ours does not.
  engine.reserve(4 * 65536);
  const length = 4096;
  const end = engine.memory.buffer.byteLength;
  kernelsOf(commands).relu(end - 2 * length, end - 2 * length, length);
  const base = regionsOf(engine).allocate(commands.bytes);
  commands.place(engine.i32, base);
  expect(() => engine.run(base, base + commands.position, 0)).toThrow(EngineError);
  expect(engine.threads).toBe(1);
  expect(product(engine)).toEqual(await expected);
});

test("a worker that is killed while this thread hears nothing is noticed at once", async () => {
  const engine = await engineWith(3);
  expect(product(engine)).toEqual(await expected);
  // Nothing that this thread is sent can be heard during the runs.
  const dying = engine["pool"]!["workers"][0]!.terminate();
  const started = performance.now();
  let lost = "";
  while (engine.threads > 1 && performance.now() - started < 20_000) {
    try {
      product(engine);
    } catch (error) {
      lost = (error as Error).message;
    }
  }
  // Between two runs it is no error at all.
  expect(lost).toMatch(/^$|lost in the middle of a step/);
  expect(performance.now() - started).toBeLessThan(1300);
  await dying;
  expect(engine.threads).toBe(1);
  expect(engine.info().notes.join()).toContain("one thread: a worker thread ended");
  expect(product(engine)).toEqual(await expected);
});

test("a pool that cannot start leaves one thread and says why", async () => {
  const getBuiltin = process.getBuiltinModule;
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
    if (name !== "node:worker_threads") return getBuiltin(name);
    class Worker {
      constructor() {
        throw new Error("no thread is left");
      }
    }
    return { Worker };
  }) as typeof getBuiltin);
  const engine = await engineWith(2);
  expect(engine.threads).toBe(1);
  expect(engine.info().notes.join()).toContain(
    "one thread: the workers did not start: no thread is left",
  );
  expect(product(engine)).toEqual(await expected);
});

test("more threads than cores finish", async () => {
  const engine = await engineWith(8);
  for (let i = 0; i < 20; i++) expect(product(engine)).toEqual(await expected);
});

test("two engines with pools run one after the other", async () => {
  const [one, two] = [await engineWith(2), await engineWith(3)];
  for (let i = 0; i < 20; i++) {
    expect(product(one)).toEqual(await expected);
    expect(product(two)).toEqual(await expected);
  }
});

test("close() in the middle of a training ends the threads, and the training goes on with the same bits", async () => {
  const files: string[] = [];
  for (const threads of [1, 3]) {
    await (await init()).close();
    const engine = await init({ threads, splitWork: 0 });
    const model = sequential([dense({ units: 33, inputShape: [17] }), dense({ units: 3 })]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const counts: number[] = [];
    const onEpochEnd = (epoch: number): void => {
      counts.push(engine.threads);
      if (epoch === 1) void engine.close();
    };
    const x = tensor(
      Float32Array.from({ length: 40 * 17 }, (_, i) => Math.sin(i)),
      [40, 17],
    );
    const y = tensor(new Float32Array(40 * 3), [40, 3]);
    await model.fit(x, y, { epochs: 4, batchSize: 7, callbacks: [{ onEpochEnd }] });
    expect(counts).toEqual([threads, threads, 1, 1]);
    files.push(Buffer.from(model.toBytes()).toString("base64"));
  }
  expect(files[1]).toBe(files[0]);
});

test("a guard stops every thread at the same command", async () => {
  await (await init()).close();
  const engine = await init({ threads: 3, splitWork: 0 });
  open.push(engine);
  const model = sequential([dense({ units: 33, inputShape: [17] }), dense({ units: 3 })]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  // Finite, but their sums are not.
  const x = new Float32Array(40 * 17).fill(3e38);
  const y = Int32Array.from({ length: 40 }, (_, i) => i % 3);
  for (let i = 0; i < 3; i++) {
    await expect(model.fit(tensor(x, [40, 17]), y, { batchSize: 7 })).rejects.toThrow(
      NonFiniteError,
    );
  }
  expect(engine.threads).toBe(3);
  await model.fit(tensor(x.fill(0.5), [40, 17]), y, { batchSize: 7 });
});

test("a bundled program with an open pool exits by itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thalweg-"));
  try {
    const program = `
      import { init } from "./kernels/engine.ts";
      const engine = await init({ threads: 3 });
      console.log(engine.threads);
    `;
    const { outputFiles } = buildSync({
      stdin: {
        contents: program,
        resolveDir: fileURLToPath(new URL("../../src", import.meta.url)),
        loader: "ts",
      },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
    });
    const file = join(folder, "program.mjs");
    writeFileSync(file, outputFiles[0]!.contents);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 20_000 });
    expect(stdout.trim()).toBe("3");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
