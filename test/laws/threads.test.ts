import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, init } from "../../src/kernels/engine.ts";
import { completeEngine } from "../support/engines.ts";
import { dense } from "../../src/layers/dense.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { optimizers } from "../../src/optim/catalogue.gen.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { OP_CASES } from "../support/opCases.ts";
import { checkSameBits } from "../support/opLaws.ts";
import { samplesOf } from "../support/sample.ts";

const THREADS = [1, 2, 3];

/** Odd widths: one net that fills no vector, and one beyond a tile and a grain. */
const NETS: readonly (readonly number[])[] = [
  [7, 5, 3],
  [33, 67, 17, 10],
  [100, 131, 65, 2],
];

/** All optimizers, with the options that take other paths through their kernels. */
const RULES: Readonly<Record<string, () => Optimizer>> = {
  ...optimizers,
  momentum: () => optimizers.sgd({ momentum: 0.9 }),
  nesterov: () => optimizers.sgd({ momentum: 0.9, nesterov: true }),
  amsgrad: () => optimizers.adam({ amsgrad: true }),
  clipped: () => optimizers.adam({ globalClipNorm: 0.1 }),
  adaptiveClip: () => optimizers.sgd({ adaptiveClip: 0.01 }),
  sam: () => optimizers.sgd({ samRadius: 0.05 }),
  averaged: () => optimizers.adam({ useEma: true, lookaheadSteps: 2, gradientNorm: true }),
  accumulated: () => optimizers.adam({ gradientAccumulationSteps: 2, groups: [{ match: /bias/ }] }),
};

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
  await model.fit(x, y, { epochs: 3, batchSize, seed: 3 });
  return model.getWeights().map((w) => new Int32Array(w.data.buffer.slice(0)));
}

describe("a training gives the same bits with any number of threads:", () => {
  const expected = new Map<string, Int32Array[]>();
  afterAll(async () => (await init()).close());

  describe.each(THREADS)("%i threads", (threads) => {
    beforeAll(async () => {
      await (await init()).close();
      // Without a lower limit for the work, the threads share whatever can be shared.
      expect((await init({ threads, splitWork: 0 })).threads).toBe(threads);
    });
    for (const [name, make] of Object.entries(RULES)) {
      for (const widths of NETS) {
        const title = `${name} on ${widths.join("-")}`;
        test(title, async () => {
          const bits = await trainedBits(make(), widths);
          if (!expected.has(title)) expected.set(title, bits);
          expect(bits).toEqual(expected.get(title));
        });
      }
    }
  });
});

describe("an op gives the same bits with any number of threads:", () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    for (const threads of THREADS)
      engines.push(await completeEngine({ threads, variant: "simd-mt", splitWork: 0 }));
    expect(engines.map((engine) => engine.threads)).toEqual(THREADS);
  });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));

  test.each(OP_CASES.map((c) => [c.name, c] as const))("%s()", (_, c) => {
    const [one, ...others] = engines;
    for (const sample of samplesOf(c))
      for (const engine of others) checkSameBits(one!, engine, sample);
  });
});
