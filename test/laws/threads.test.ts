import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as thalweg from "../../src/index.ts";
import { type Engine, init } from "../../src/kernels/engine.ts";
import { BUILDS, completeEngine } from "../support/engines.ts";
import { trained } from "../conformance/checks.mjs";
import type { OptimizerCase } from "../optim/optimizerCase.ts";
import { dense } from "../../src/layers/dense.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { optimizers } from "../../src/optim/catalogue.gen.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { OP_CASES } from "../support/opCases.ts";
import { checkSameBits } from "../support/opLaws.ts";
import { samplesOf } from "../support/sample.ts";

/** On two cores the last two are more threads than cores. */
const THREADS = [1, 2, 3, 5];

/** With fused multiply-add and without. */
const SHARED_BUILDS = BUILDS.filter((build) => build.endsWith("-mt"));

/** Odd widths: one net that fills no vector, and one beyond a tile and a grain. */
const NETS: readonly (readonly number[])[] = [
  [7, 5, 3],
  [33, 67, 17, 10],
  [100, 131, 65, 2],
];

/** What is wrapped around a rule. */
const AROUND: readonly Optimizer[] = [
  optimizers.adam({ globalClipNorm: 0.1 }),
  optimizers.sgd({ adaptiveClip: 0.01 }),
  optimizers.sgd({ samRadius: 0.05 }),
  optimizers.adam({ useEma: true, lookaheadSteps: 2, gradientNorm: true }),
  optimizers.adam({ gradientAccumulationSteps: 2, groups: [{ match: /bias/ }] }),
];

const folder = fileURLToPath(new URL("../optim", import.meta.url));

/** Every optimizer with the options of its case file, which take other paths through its kernel. */
const RULES: readonly Optimizer[] = [
  ...(
    await Promise.all(
      readdirSync(folder)
        .filter((file) => file.endsWith(".case.ts"))
        .map(async (file) => {
          const module: { cases: OptimizerCase } = await import(
            /* @vite-ignore */ `${folder}/${file}`
          );
          return module.cases.optimizers;
        }),
    )
  ).flat(),
  ...AROUND,
];

test("every optimizer is here", () => {
  const here = new Set(RULES.map(({ name }) => name));
  expect(Object.keys(optimizers).filter((name) => !here.has(name))).toEqual([]);
});

/** Numbers that are neither round nor small. */
function numbers(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + 1) + Math.sin(i * 0.013));
}

/** Bits of all weights after a training with a smaller last batch, on the shared engine. */
async function trainedBits(optimizer: Optimizer, widths: readonly number[]): Promise<Int32Array[]> {
  const batchSize = 29;
  const rows = 2 * batchSize + 5;
  const [inputs, ...units] = widths as [number, ...number[]];
  const layers = units.map((n, i) =>
    dense({
      units: n,
      activation: i + 1 < units.length ? "relu" : "linear",
      inputShape: i === 0 ? [inputs] : undefined,
    }),
  );
  const model = sequential(layers, { seed: 7 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  const x = tensor(numbers(rows * inputs), [rows, inputs]);
  const y = Int32Array.from({ length: rows }, (_, i) => (i * i) % units.at(-1)!);
  // Some options diverge (uphill, for one): their steps are left out, by all threads alike.
  await model.fit(x, y, { epochs: 3, batchSize, seed: 3, onNonFinite: "skip" });
  return model.getWeights().map((w) => new Int32Array(w.data.buffer.slice(0)));
}

describe.each(SHARED_BUILDS)(
  "in %s a training gives the same bits with any number of threads:",
  (variant) => {
    const expected = new Map<string, unknown>();
    const agree = (title: string, got: unknown): void => {
      if (!expected.has(title)) expected.set(title, got);
      expect(got).toEqual(expected.get(title));
    };
    afterAll(async () => (await init()).close());

    describe.each(THREADS)("%i threads", (threads) => {
      beforeAll(async () => {
        await (await init()).close();
        // Without a lower limit for the work, the threads share whatever can be shared.
        expect((await init({ threads, variant, splitWork: 0 })).threads).toBe(threads);
      });
      RULES.forEach((optimizer, i) => {
        // The options of a rule take turns with the nets.
        const widths = NETS[i % NETS.length]!;
        const title = `${i}: ${optimizer.name} on ${widths.join("-")}`;
        test(title, async () => agree(title, await trainedBits(optimizer, widths)));
      });
      for (const [name, make] of Object.entries(optimizers)) {
        for (const widths of NETS) {
          const title = `${name} on ${widths.join("-")}`;
          test(title, async () => agree(title, await trainedBits(make(), widths)));
        }
      }
      test("MLP, CNN with batch normalization, LSTM and GPT, with dropout", async () =>
        agree("networks", await trained(thalweg)));
    });
  },
);

describe.each(SHARED_BUILDS)(
  "in %s an op gives the same bits with any number of threads:",
  (variant) => {
    const engines: Engine[] = [];
    beforeAll(async () => {
      for (const threads of THREADS)
        engines.push(await completeEngine({ threads, variant, splitWork: 0 }));
      expect(engines.map((engine) => engine.threads)).toEqual(THREADS);
    });
    afterAll(() => Promise.all(engines.map((engine) => engine.close())));

    test.each(OP_CASES.map((c) => [c.name, c] as const))("%s()", (_, c) => {
      const [one, ...others] = engines;
      for (const sample of samplesOf(c))
        for (const engine of others) checkSameBits(one!, engine, sample);
    });
  },
);
