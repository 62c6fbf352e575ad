import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OptimizerName, optimizers } from "../../src/optim/catalogue.gen.ts";

/** Bytes of the JavaScript heap that a step may leave behind. */
const ALLOWED = 64;

/**
 * Trains in epochs of 10,000 steps and prints by how many bytes a step the heap grew in each. The young
 * generation is too large for a collection to happen in between.
 */
const PROGRAM = `
  import { getHeapStatistics } from "node:v8";
  import * as thalweg from "./thalweg.mjs";
  const { dense, sequential, tensor } = thalweg;
  const steps = 10_000;
  const model = sequential([
    dense({ units: 4, activation: "relu", inputShape: [4] }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  const optimizer = thalweg[process.argv[2]]();
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const x = tensor(Float32Array.from({ length: 8 * steps }, (_, i) => ((i * 7919) % 101) / 101 - 0.5), [2 * steps, 4]);
  const y = tensor(Int32Array.from({ length: 2 * steps }, (_, i) => i % 2), [2 * steps]);
  const grown = [];
  let before = 0;
  const look = {
    onEpochBegin() {
      gc();
      before = getHeapStatistics().used_heap_size;
    },
    onEpochEnd() {
      grown.push((getHeapStatistics().used_heap_size - before) / steps);
    },
  };
  await model.fit(x, y, { epochs: 24, batchSize: 2, shuffle: false, callbacks: [look] });
  console.log(JSON.stringify(grown));
`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "thalweg-steps-"));
  // The test runner's modules call each other through getters, which keeps V8 from inlining.
  buildSync({
    entryPoints: [fileURLToPath(new URL("../../src/index.ts", import.meta.url))],
    outfile: join(folder, "thalweg.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "bundle",
    logLevel: "error",
  });
  writeFileSync(join(folder, "program.mjs"), PROGRAM);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a training step", () => {
  // What V8 inlines differs from process to process, and what it does not inline boxes its numbers.
  test.each(Object.keys(optimizers) as OptimizerName[])(
    "leaves next to nothing on the heap with %s",
    { retry: 2 },
    (optimizer) => {
      const flags = ["--expose-gc", "--max-semi-space-size=128", "--min-semi-space-size=64"];
      const out = execFileSync(
        process.execPath,
        [...flags, join(folder, "program.mjs"), optimizer],
        { encoding: "utf8" },
      );
      const grown = JSON.parse(out) as number[];
      // The first epochs run while V8 still compiles; a lone epoch may be disturbed by it, so the least counts.
      const settled = grown.slice(12);
      expect(
        Math.min(...settled),
        `bytes a step by epoch: ${grown.map((g) => g.toFixed(1)).join(", ")}`,
      ).toBeLessThan(ALLOWED);
      expect(Math.min(...settled)).toBeGreaterThan(-ALLOWED);
    },
  );
});
