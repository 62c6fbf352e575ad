import { expect, test } from "vitest";
import {
  type Build,
  type Model,
  dataset,
  dense,
  dropout,
  l2,
  sequential,
  stabilise,
} from "../../src/index.ts";
import { noiseOf } from "../../src/model/doctor/judgeHistory.ts";
import { REMEDIES } from "../../src/model/doctor/remedies.ts";

const x = Array.from({ length: 120 }, (_, i) => [
  ((i * 7) % 11) / 11 - 0.5,
  ((i * 5) % 13) / 13 - 0.5,
]);
const y = x.map(([a, b], i) => [a! * b! * 4 + (((i * 37) % 17) / 17 - 0.5)]);

const built: Build[] = [];
const build = (what: Build): Model => {
  built.push(what);
  return sequential(
    [
      dense({ units: 16, activation: "relu", kernelRegularizer: l2({ l2: what.l2 }) }),
      dropout({ rate: what.dropout }),
      dense({ units: 1 }),
    ],
    { seed: what.seed },
  );
};

test("stabilise tries the six remedies of the article alone and from equal starts", async () => {
  built.length = 0;
  let runs = 0;
  const tried = await stabilise(build, x, y, {
    loss: "meanSquaredError",
    epochs: 12,
    seeds: [1, 2],
    adam: { learningRate: 0.05 },
    onRun: (done, of) => {
      runs = done;
      expect(of).toBe(2 * REMEDIES.length);
    },
  });
  expect(runs).toBe(2 * REMEDIES.length);
  expect([...new Set(tried.results.map((r) => r.remedy.number))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(built.filter((b) => b.seed === 1)).toHaveLength(REMEDIES.length);
  // clipValue 1 hardly ever acts here: its first epoch is that of the plain training, from the same start.
  const [plain] = tried.results;
  const plateau = tried.results.find((r) => r.remedy.plateau)!;
  expect(plateau.curves[0]!.slice(0, 5)).toEqual(plain!.curves[0]!.slice(0, 5));
  // A rate near 0 is calm, and is not what is recommended.
  const slow = tried.results.find((r) => r.remedy.name === "learningRate 0.00001")!;
  expect(slow.noise).toBeLessThan(plain!.noise / 10);
  expect(slow.best).toBeGreaterThan(1.05 * plain!.best);
  expect(tried.recommended?.remedy.name).not.toBe(slow.remedy.name);
  expect(String(tried)).toMatch(/learningRate 0\.00001 .* learns worse/);
});

test("a remedy is recommended that is calmer and learns as well", async () => {
  const tried = await stabilise(build, x, y, {
    loss: "meanSquaredError",
    epochs: 30,
    seeds: [1, 2, 3],
    adam: { learningRate: 0.3 },
    remedies: [
      { number: 0, name: "as it is" },
      { number: 1, name: "a smaller rate", adam: { learningRate: 0.02 } },
      { number: 1, name: "none", adam: { learningRate: 1e-7 } },
    ],
  });
  expect(tried.recommended?.remedy.name).toBe("a smaller rate");
  expect(String(tried)).toContain("Take a smaller rate: the last 10 validation losses jump by");
});

test("noise is what a sequence has besides its slope and bend", () => {
  expect(noiseOf([10, 9, 8, 7, 6, 5])).toBeLessThan(1e-12);
  expect(noiseOf([8, 4, 2, 1.9, 1.8, 1.7, 1.6, 1.5])).toBeLessThan(0.05);
  expect(noiseOf([1, 2, 1, 2, 1, 2, 1, 2])).toBeGreaterThan(0.5);
});

test("stabilise says what it lacks", async () => {
  await expect(stabilise(build, x, y, {} as { loss: "meanSquaredError" })).rejects.toThrow(
    "stabilise: loss must be given",
  );
  await expect(stabilise(build, x, y, { loss: "meanSquaredError", epochs: 3 })).rejects.toThrow(
    "epochs must be a whole number >= 10, got 3",
  );
});

test("stabilise takes datasets without batches, beside validation data, and trains on them alike", async () => {
  const options = {
    loss: "meanSquaredError",
    epochs: 10,
    seeds: [1],
    remedies: [
      { number: 0, name: "as it is" },
      { number: 5, name: "batchSize 64", batchSize: 64 },
    ],
  } as const;
  const held = [x.slice(0, 20), y.slice(0, 20)] as const;
  const data = dataset.fromArrays(x.slice(20), y.slice(20)).shuffle(1);
  const tried = await stabilise(build, data, { ...options, validationData: held });
  const again = await stabilise(build, data, {
    ...options,
    validationData: dataset.fromArrays(...held),
  });
  expect(again.results.map((r) => r.curves)).toEqual(tried.results.map((r) => r.curves));
  expect(tried.results[0]!.curves).not.toEqual(tried.results[1]!.curves);
  await expect(stabilise(build, data, options)).rejects.toThrow("a dataset needs validationData");
  await expect(
    stabilise(build, data.batch(8), { ...options, validationData: held }),
  ).rejects.toThrow("a dataset must have no batches");
});
