import { expect, test } from "vitest";
import { meanAbsoluteError } from "../../src/losses/meanAbsoluteError.ts";
import { dense } from "../../src/layers/dense.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { dropout } from "../../src/layers/dropout.ts";
import { uniformAt } from "../../src/math/philox.ts";
import { sequential } from "../../src/model/sequential.ts";
import { dropout as dropoutOp } from "../../src/ops/dropout.ts";
import { mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { trace, valueAndGrad } from "../../src/plan/trace.ts";

const WIDTH = 5003;
const ones = [new Array<number>(WIDTH).fill(1)];

/** Some dropout layers before one output whose error always has slope -1: a step adds the mask to its weights. */
function masked(layers: readonly Layer[]) {
  const model = sequential([
    ...layers,
    dense({ units: 1, useBias: false, kernelInitializer: "zeros" }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 1 }), loss: meanAbsoluteError() });
  return model;
}

/** Masks of the first steps of a training, as they arrive in the weights. */
async function masks(layers: readonly Layer[], seed: number, steps: number): Promise<number[][]> {
  const model = masked(layers);
  const out: number[][] = [];
  let before = new Float32Array(WIDTH);
  for (let i = 0; i < steps; i++) {
    await model.fit(ones, [1e9], { epochs: 1, seed });
    const now = model.getWeights()[0]!.data as Float32Array<ArrayBuffer>;
    out.push(Array.from(now, (w, j) => w - before[j]!));
    before = now;
  }
  return out;
}

const share = (a: readonly number[], b: readonly number[]): number =>
  a.filter((v, i) => v === b[i]).length / a.length;

test("dropout() draws a fresh mask each step, for each layer and each seed", async () => {
  const [first, second, third] = await masks([dropout({ rate: 0.5 })], 1, 3);
  const [otherSeed] = await masks([dropout({ rate: 0.5 })], 2, 1);
  const [ownSeed] = await masks([dropout({ rate: 0.5, seed: 9 })], 1, 1);
  // A first layer that drops next to nothing takes the first stream.
  const [otherLayer] = await masks([dropout({ rate: 1e-9 }), dropout({ rate: 0.5 })], 1, 1);
  for (const other of [second!, third!, otherSeed!, ownSeed!, otherLayer!]) {
    // Independent masks agree in half of their elements; 4 standard errors.
    expect(Math.abs(share(first!, other) - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(WIDTH));
  }
  expect(share(second!, third!)).toBeLessThan(0.6);
});

test("dropout() gives the same masks for the same seed, and those of its own seed whatever that of fit()", async () => {
  expect(await masks([dropout({ rate: 0.3 })], 7, 2)).toEqual(
    await masks([dropout({ rate: 0.3 })], 7, 2),
  );
  expect(await masks([dropout({ rate: 0.3, seed: 5 })], 1, 2)).toEqual(
    await masks([dropout({ rate: 0.3, seed: 5 })], 2, 2),
  );
});

test("dropout() scales what it keeps by 1 / (1 - rate), drops a share of rate, and so keeps the mean", async () => {
  for (const rate of [0.1, 0.5, 0.9]) {
    const [mask] = await masks([dropout({ rate })], 3, 1);
    const kept = mask!.filter((v) => v !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]));
    const sigma = Math.sqrt((rate * (1 - rate)) / WIDTH);
    expect(Math.abs(kept.length / WIDTH - (1 - rate))).toBeLessThan(4 * sigma);
    const mean = mask!.reduce((a, b) => a + b) / WIDTH;
    expect(Math.abs(mean - 1)).toBeLessThan((4 * sigma) / (1 - rate));
  }
});

test("dropout() passes its input on in prediction and evaluation, and at rate 0", async () => {
  const model = sequential([
    dropout({ rate: 0.9 }),
    dense({ units: 1, useBias: false, kernelInitializer: "ones" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "meanAbsoluteError" });
  model.build([3]);
  expect((await model.predict([[1, 2, 3]])).array()).toEqual([[6]]);
  expect(await model.evaluate([[1, 2, 3]], [5])).toEqual({ loss: 1 });
  expect((await masks([dropout({ rate: 0 })], 1, 1))[0]).toEqual(ones[0]);
});

test("the gradient of dropout() has the mask of the forward pass", async () => {
  const x = Array.from({ length: 1001 }, (_, i) => 1 + (i % 7));
  const attrs = { rate: 0.4, stream: 5, seed: 11 };
  const y = await trace((t) => dropoutOp(t, attrs))(x);
  const { gradients } = await valueAndGrad((t) => sum(mul(dropoutOp(t, attrs), 1)))(x);
  const scale = Math.fround(1 / 0.6);
  const mask = [...gradients[0]!.data];
  expect([...y.data]).toEqual(x.map((v, i) => Math.fround(v * mask[i]!)));
  // The mask is the generator's: element i is kept where u >= rate.
  expect(mask).toEqual(
    x.map((_, i) =>
      uniformAt({ seed: 11, stream: 5, step: 0 }, i) >= Math.fround(0.4) ? scale : 0,
    ),
  );
});

test("dropout() names a rate or seed that cannot be", () => {
  for (const rate of [1, -0.1, NaN]) {
    expect(() => dropout({ rate })).toThrow(`dropout: rate must lie in [0, 1), got ${rate}`);
  }
  expect(() => dropout({ rate: 0.5, seed: -1 })).toThrow(
    "dropout: seed must be a whole number in [0, 2^53), got -1",
  );
  expect(() => dropout({ p: 0.5 } as never)).toThrow(
    'dropout: unknown option "p"; it is "rate" here',
  );
});
