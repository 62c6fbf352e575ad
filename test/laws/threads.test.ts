import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, init } from "../../src/kernels/engine.ts";
import { dense } from "../../src/layers/dense.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { optimizers } from "../../src/optim/catalogue.gen.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const THREADS = [1, 2, 3];

/** Odd widths, one that fills no vector, and one beyond a tile and a grain. */
const NETS: readonly (readonly number[])[] = [
  [7, 5, 3],
  [33, 67, 17, 10],
  [100, 131, 65, 2],
];

const RULES: Readonly<Record<string, () => Optimizer>> = {
  ...optimizers,
  momentum: () => optimizers.sgd({ momentum: 0.9 }),
  nesterov: () => optimizers.sgd({ momentum: 0.9, nesterov: true }),
};

/** The shared engine anew; with `splitWork` 0 the threads share whatever can be shared. */
async function restart(threads: number): Promise<Engine> {
  await (await init()).close();
  return init({ threads, splitWork: 0, variant: null });
}

/** Numbers that are neither round nor small. */
function numbers(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + 1) + Math.sin(i * 0.013));
}

/** Bits of all weights after a training with a smaller last batch. */
async function trainedBits(optimizer: Optimizer, widths: readonly number[]): Promise<Int32Array[]> {
  const batchSize = 29;
  const rows = 2 * batchSize + 5;
  const [inputs, ...units] = widths as [number, ...number[]];
  const layers = units.map((n, i) =>
    dense({ units: n, activation: i + 1 < units.length ? "relu" : "linear", inputShape: i === 0 ? [inputs] : undefined }),
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

  for (const threads of THREADS) {
    describe(`${threads} threads`, () => {
      beforeAll(async () => {
        expect((await restart(threads)).threads).toBe(threads);
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
  }
});

afterAll(async () => (await init()).close());
