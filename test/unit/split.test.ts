import { describe, expect, test } from "vitest";
import { DataError, OptionError, ShapeError } from "../../src/errors.ts";
import { trainTestSplit } from "../../src/train/split.ts";
import { testCounts } from "../../src/train/testCounts.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";

const sorted = (rows: ArrayLike<number>): number[] => Array.from(rows).sort((a, b) => a - b);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("trainTestSplit()", () => {
  test("gives every row to exactly one part, for any sizes and labels", () => {
    const random = new TestRandom(1);
    for (let round = 0; round < 1000; round++) {
      const n = 2 + random.integer(60);
      const labels = range(n).map(() => random.integer(1 + random.integer(6)));
      const testSize = random.integer(2)
        ? (1 + random.integer(98)) / 100
        : 1 + random.integer(n - 1);
      const plain = trainTestSplit(n, random, { testSize });
      expect(sorted([...plain.train, ...plain.test])).toEqual(range(n));
      expect(plain.test.length).toBe(
        testSize < 1 ? Math.min(n - 1, Math.max(1, Math.round(n * testSize))) : testSize,
      );
      if (new Set(labels).size === n) continue;
      const { train, test: held } = trainTestSplit(n, random, { testSize, stratify: labels });
      expect(sorted([...train, ...held])).toEqual(range(n));
      for (const label of new Set(labels)) {
        const size = labels.filter((l) => l === label).length;
        const inTest = [...held].filter((row) => labels[row] === label).length;
        if (size === 1) expect(inTest).toBe(0);
        else expect(inTest).toBeGreaterThanOrEqual(1);
        if (size > 1) expect(inTest).toBeLessThan(size);
      }
    }
  });

  test("gives the same parts for the same seed, others for another, and shuffles both", () => {
    const split = (seed: number): string =>
      JSON.stringify(trainTestSplit(100, new TestRandom(seed)));
    expect(split(5)).toBe(split(5));
    expect(split(5)).not.toBe(split(6));
    const { train, test: held } = trainTestSplit(100, new TestRandom(5), {
      stratify: range(100).map((i) => i % 2),
    });
    for (const part of [train, held]) expect([...part]).not.toEqual(sorted(part));
    expect(held.length).toBe(20);
  });

  test("puts every row into the test part about equally often", () => {
    const counts = new Int32Array(10);
    const random = new TestRandom(9);
    for (let i = 0; i < 5000; i++)
      for (const row of trainTestSplit(10, random, { testSize: 3 }).test) counts[row]!++;
    for (const count of counts)
      expect(Math.abs(count - 1500)).toBeLessThan(5 * Math.sqrt(5000 * 0.3 * 0.7));
  });

  test("keeps the classes' shares by largest remainder", () => {
    const labels = range(100).map((i) => (i < 57 ? "a" : i < 90 ? "b" : "c"));
    const { test: held } = trainTestSplit(100, new TestRandom(2), {
      testSize: 0.25,
      stratify: labels,
    });
    const count = (label: string): number =>
      [...held].filter((row) => labels[row] === label).length;
    expect([count("a"), count("b"), count("c")]).toEqual([14, 8, 3]); // of 14.25, 8.25, 2.5
  });

  test("splits tensors row by row, x and y together", () => {
    const x = tensor(
      range(20).map((i) => [
        [i, i + 0.5],
        [-i, 0],
      ]),
    );
    const y = tensor(Int32Array.from(range(20), (i) => i));
    const {
      train,
      test: held,
      rows,
    } = trainTestSplit({ x, y }, new TestRandom(3), { testSize: 5 });
    expect([train.x.shape, held.x.shape, held.y.shape, held.y.dtype]).toEqual([
      [15, 2, 2],
      [5, 2, 2],
      [5],
      "int32",
    ]);
    expect([...held.y.data]).toEqual([...rows.test]);
    for (const part of [train, held])
      part.y.data.forEach((i, at) =>
        expect([...part.x.data.subarray(4 * at, 4 * at + 4)]).toEqual([i, i + 0.5, -i, 0]),
      );
  });

  test("stratifies by y, integers or one-hot alike", () => {
    const x = tensor(range(12).map((i) => [i]));
    const labels = tensor(Int32Array.from(range(12), (i) => i % 3));
    const oneHot = tensor(range(12).map((i) => range(3).map((c) => (c === i % 3 ? 1 : 0))));
    const split = (y: typeof x): number[] => [
      ...trainTestSplit({ x, y }, new TestRandom(4), { testSize: 3, stratify: true }).rows.test,
    ];
    expect(split(oneHot)).toEqual(split(labels));
    expect(
      split(labels)
        .map((row) => row % 3)
        .sort(),
    ).toEqual([0, 1, 2]);
  });

  test("refuses sizes that leave a part empty, and rows that do not match", () => {
    const random = new TestRandom(1);
    for (const testSize of [0, -1, 1.5, NaN, 10, 11, Infinity])
      expect(() => trainTestSplit(10, random, { testSize })).toThrow(OptionError);
    expect(() => trainTestSplit(1, random)).toThrow(DataError);
    expect(() => trainTestSplit(3, random, { stratify: ["a", "b", "c"] })).toThrow(
      "a class must have two rows to be stratified, got 3 classes of one",
    );
    expect(() => trainTestSplit(3, random, { stratify: ["a", "b"] })).toThrow(ShapeError);
    expect(() => trainTestSplit(3, random, { stratify: true })).toThrow(OptionError);
    expect(() => trainTestSplit({ x: tensor([[1], [2]]), y: tensor([1]) }, random)).toThrow(
      ShapeError,
    );
    expect(() => trainTestSplit(3, random, { test_size: 0.5 } as object)).toThrow(
      /unknown option "test_size"; it is "testSize" here/,
    );
  });
});

describe("testCounts()", () => {
  test("grows the test part where every class must be in it, and shrinks it where a class would vanish", () => {
    expect(testCounts([2, 2, 2, 2], 1)).toEqual([1, 1, 1, 1]);
    expect(testCounts([2, 2], 3)).toEqual([1, 1]);
    expect(testCounts([50, 1, 2], 10)).toEqual([9, 0, 1]);
    expect(testCounts([5, 5], 5)).toEqual([3, 2]);
  });
});
