import { describe, expect, test } from "vitest";
import { DataError, OptionError, ShapeError } from "../../src/errors.ts";
import { type Tensor, dataset, tensor } from "../../src/index.ts";
import type { Dataset, Sample, SampleLike } from "../../src/train/data/index.ts";

/** 0, 1, ..., n - 1 as x. */
const counted = (n: number): Dataset =>
  dataset.fromArrays(tensor(Int32Array.from({ length: n }, (_, i) => i)));

/** The same as a stream. */
const streamed = (n: number, size: number | null = null): Dataset =>
  dataset.fromGenerator(
    function* () {
      for (let i = 0; i < n; i++) yield { x: tensor([i], [], "int32") };
    },
    { size },
  );

const numbersOf = ({ x }: Sample): number[] => [...(x as { data: Int32Array }).data];

async function read(elements: AsyncIterable<Sample>): Promise<number[][]> {
  const out: number[][] = [];
  for await (const sample of elements) out.push(numbersOf(sample));
  return out;
}

const flat = async (elements: AsyncIterable<Sample>): Promise<number[]> =>
  (await read(elements)).flat();

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("fromArrays()", () => {
  test("keeps uint8, bool, int32 and float32, without copying", async () => {
    const pixels = Uint8Array.of(1, 2, 3, 4);
    const x = {
      pixels: tensor(pixels, [2, 2]),
      flags: tensor([1, 0], [2], "bool"),
      ids: Int32Array.of(7, 8),
      values: Float32Array.of(0.5, 1.5),
    };
    const [first] = await collect(dataset.fromArrays(x));
    const parts = first!.x as Record<string, ReturnType<typeof tensor>>;
    expect(Object.entries(parts).map(([name, t]) => [name, t.dtype, t.shape])).toEqual([
      ["pixels", "uint8", [2]],
      ["flags", "bool", []],
      ["ids", "int32", []],
      ["values", "float32", []],
    ]);
    expect(parts["pixels"]!.data.buffer).toBe(pixels.buffer);
  });

  test("narrows int64 and float64, and says where a value is lost", async () => {
    const [{ x, y }] = (await collect(
      dataset.fromArrays(Float64Array.of(0.1), BigInt64Array.of(-3n)).batch(1),
    )) as [{ x: ReturnType<typeof tensor>; y: ReturnType<typeof tensor> }];
    expect(x.data).toEqual(Float32Array.of(0.1));
    expect(y.data).toEqual(Int32Array.of(-3));
    expect(() => dataset.fromArrays(BigInt64Array.of(1n, 2n ** 31n))).toThrow(
      "dataset.fromArrays: x: int32 must hold every value, but element 1 is 2147483648",
    );
    expect(() => dataset.fromArrays(Float64Array.of(1e39))).toThrow(
      "x: float32 must hold every value, but element 0 is 1e+39",
    );
    expect(() => dataset.fromArrays(Uint32Array.of(2 ** 32 - 1))).toThrow(DataError);
  });

  test("takes several inputs in a list", async () => {
    const [batch] = await collect(
      dataset.fromArrays([Float32Array.of(1, 2, 3), tensor([[1], [2], [3]])], [0, 1, 0]).batch(2),
    );
    expect((batch!.x as ReturnType<typeof tensor>[]).map((t) => t.shape)).toEqual([[2], [2, 1]]);
    expect((batch!.y as ReturnType<typeof tensor>).data).toEqual(Float32Array.of(0, 1));
  });

  test("refuses first axes that differ, scalars and ragged arrays", () => {
    expect(() => dataset.fromArrays([[1], [2]], [1, 2, 3])).toThrow(
      "dataset.fromArrays: all must have as many samples as x, 2, but y is [3]",
    );
    expect(() => dataset.fromArrays([1, 2], undefined, [1])).toThrow(ShapeError);
    expect(() => dataset.fromArrays(3)).toThrow(ShapeError);
    expect(() => dataset.fromArrays([[1], [2, 3]])).toThrow(DataError);
  });

  test("may be empty", async () => {
    expect(dataset.fromArrays([]).size).toBe(0);
    expect(await read(dataset.fromArrays([]).shuffle(1).batch(3))).toEqual([]);
  });
});

async function collect(elements: AsyncIterable<Sample>): Promise<Sample[]> {
  const out: Sample[] = [];
  for await (const sample of elements) out.push(sample);
  return out;
}

for (const [kind, make] of [
  ["arrays", counted],
  ["a stream", streamed],
  ["a stream of known size", (n: number) => streamed(n, n)],
] as const) {
  describe(`of ${kind}`, () => {
    test.each([1, 3, 5, 7, 17])("batch() gives a smaller last batch of %i samples", async (n) => {
      const batches = await read(make(n).batch(5));
      expect(batches.flat()).toEqual(upTo(n));
      expect(batches.map((b) => b.length)).toEqual([
        ...new Array<number>(Math.floor(n / 5)).fill(5),
        ...(n % 5 > 0 ? [n % 5] : []),
      ]);
      expect(await read(make(n).batch(5, { dropRemainder: true }))).toEqual(
        batches.filter((b) => b.length === 5),
      );
    });

    test("unbatch() gives the samples of batches again, as map() made them, from any of them on", async () => {
      const data = make(7)
        .batch(3)
        .map(({ x }) => ({ x: tensor(Float32Array.from((x as Tensor).data, (v) => v + 10)) }))
        .unbatch();
      expect(await flat(data)).toEqual([10, 11, 12, 13, 14, 15, 16]);
      expect(data.size).toBe(make(7).size);
      expect(await flat(data.iterator({ position: 4 }))).toEqual([14, 15, 16]);
      expect(await flat(make(7).batch(3, { dropRemainder: true }).unbatch())).toEqual(upTo(6));
      expect(await read(make(7).batch(3).unbatch().batch(5))).toEqual([upTo(5), [5, 6]]);
      expect(await flat((await make(5).batch(2).unbatch().cache()).skip(3))).toEqual([3, 4]);
      expect(() => make(3).unbatch()).toThrow("unbatch: must come after batch");
    });

    test("take() and skip() cut the order, before and after batch()", async () => {
      expect(await flat(make(7).take(3))).toEqual([0, 1, 2]);
      expect(await flat(make(7).skip(5))).toEqual([5, 6]);
      expect(await flat(make(7).skip(2).take(3))).toEqual([2, 3, 4]);
      expect(await flat(make(3).take(9))).toEqual([0, 1, 2]);
      expect(await flat(make(3).skip(9))).toEqual([]);
      expect(await flat(make(3).take(0))).toEqual([]);
      expect(await read(make(7).batch(3).skip(1).take(1))).toEqual([[3, 4, 5]]);
    });

    test("shuffle() gives each element once, another order in each epoch, the same for a seed", async () => {
      const data = make(50).shuffle(3, { buffer: 20 });
      const [a, b, again] = [
        await flat(data),
        await flat(data.iterator({ epoch: 1 })),
        await flat(make(50).shuffle(3, { buffer: 20 })),
      ];
      expect(a.toSorted((p, q) => p - q)).toEqual(upTo(50));
      expect(b.toSorted((p, q) => p - q)).toEqual(upTo(50));
      expect(a).not.toEqual(upTo(50));
      expect(b).not.toEqual(a);
      expect(again).toEqual(a);
      expect(await flat(make(50).shuffle(4, { buffer: 20 }))).not.toEqual(a);
    });

    test("map() sees each element and its place, anew in each epoch", async () => {
      const data = make(4).map(async ({ x }, { epoch, index }) => ({
        x: tensor([(x as { data: Int32Array }).data[0]! * 100 + epoch * 10 + index], [], "int32"),
      }));
      expect(await flat(data)).toEqual([0, 101, 202, 303]);
      expect(await flat(data.iterator({ epoch: 2 }))).toEqual([20, 121, 222, 323]);
      expect(await flat(data.iterator({ position: 2 }))).toEqual([202, 303]);
    });

    test("prefetch() changes nothing that is given", async () => {
      const data = make(17).shuffle(1, { buffer: 4 }).batch(3);
      for (const ahead of [1, 2, 100])
        expect(await read(data.prefetch(ahead))).toEqual(await read(data));
    });

    test("a cursor continues exactly where reading stopped", async () => {
      for (const data of [
        make(17).shuffle(9, { buffer: 6 }).batch(3).prefetch(2),
        make(17)
          .map((s) => s)
          .skip(2)
          .batch(4),
        make(17).shuffle(9, { buffer: 6 }),
      ]) {
        for (const stop of [0, 1, 3]) {
          const whole = [...(await read(data)), ...(await read(data.iterator({ epoch: 1 })))];
          const first = data.iterator();
          const seen: number[][] = [];
          for (let i = 0; i < stop; i++) seen.push(numbersOf((await first.next()).value as Sample));
          const cursor = JSON.parse(JSON.stringify(first.cursor)) as typeof first.cursor;
          await first.return();
          const rest = data.iterator(cursor);
          seen.push(...(await read(rest)));
          expect(rest.cursor).toEqual({ epoch: 1, position: 0, seed: cursor.seed });
          seen.push(...(await read(data.iterator(rest.cursor))));
          expect(seen).toEqual(whole);
        }
      }
    });

    test("cache() reads once, and gives random access", async () => {
      let calls = 0;
      const cached = await make(300)
        .map((sample) => {
          calls++;
          return sample;
        })
        .cache();
      expect(cached.size).toBe(300);
      await read(cached.shuffle(1).batch(7));
      await read(cached.shuffle(1).batch(7));
      expect(calls).toBe(300);
      expect(await flat(cached)).toEqual(upTo(300));
      expect(await flat(cached.shuffle(5))).toEqual(await flat(counted(300).shuffle(5)));
    });
  });
}

test("shuffle() visits rows in the order that its generator fixes, everywhere", async () => {
  expect(await flat(counted(8).shuffle(42))).toMatchInlineSnapshot(`
    [
      3,
      4,
      0,
      5,
      7,
      2,
      6,
      1,
    ]
  `);
  expect(await flat(streamed(8).shuffle(42, { buffer: 3 }))).toMatchInlineSnapshot(`
    [
      1,
      3,
      2,
      0,
      6,
      7,
      4,
      5,
    ]
  `);
});

describe("split()", () => {
  test("gives the first share and the rest", async () => {
    const [a, b] = counted(7).split(0.7);
    expect([a.size, b.size]).toEqual([5, 2]);
    expect([await flat(a), await flat(b)]).toEqual([upTo(5), [5, 6]]);
    const [c, d] = streamed(7, 7).split(0.5);
    expect([await flat(c), await flat(d)]).toEqual([upTo(4), [4, 5, 6]]);
  });

  test("with a seed draws parts that are the same in all epochs, shuffled or not", async () => {
    const [a, b] = counted(20).split(0.5, { seed: 3 });
    const [first, second] = [await flat(a), await flat(b)];
    expect(first).not.toEqual(upTo(10));
    expect([...first, ...second].toSorted((p, q) => p - q)).toEqual(upTo(20));
    const later = await flat(a.shuffle(1).iterator({ epoch: 4 }));
    expect(new Set(later)).toEqual(new Set(first));
  });

  test("refuses what would leak or cannot be counted", () => {
    expect(() => counted(9).shuffle(0).split(0.5)).toThrow(/must come before shuffle/);
    expect(() => counted(9).shuffle(0).take(5).split(0.5)).toThrow(/must come before shuffle/);
    expect(() => streamed(9).split(0.5)).toThrow(/number of samples must be known.*cache\(\)/);
    expect(() => streamed(9, 9).split(0.5, { seed: 1 })).toThrow(/random access/);
    expect(() => counted(9).batch(2).split(0.5)).toThrow(/must come before batch/);
    expect(() => counted(9).split(1)).toThrow("split: share must lie in (0, 1), got 1");
  });
});

describe("fromGenerator()", () => {
  test("takes generators, async generators and arrays, anew in each epoch", async () => {
    const epochs: number[] = [];
    const data = dataset.fromGenerator(async function* (epoch) {
      epochs.push(epoch);
      yield { x: tensor([epoch], [], "int32") };
    });
    await read(data);
    await read(data.iterator({ epoch: 1 }));
    expect(epochs).toEqual([0, 1]);
    const list: SampleLike[] = [{ x: tensor([5], [], "int32") }];
    expect(await read(dataset.fromGenerator(() => list))).toEqual([[5]]);
  });

  test("says where the generator threw, and keeps its error as the cause", async () => {
    const own = new Error("disk on fire");
    const data = dataset.fromGenerator(function* () {
      yield { x: [1] };
      throw own;
    });
    const error = await read(data.iterator({ epoch: 1 })).catch((e: unknown) => e as DataError);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      cause: own,
      message:
        "dataset.fromGenerator: the generator threw at element 1 of epoch 2: Error: disk on fire",
    });
  });

  test("closes the generator where reading stops early, even behind shuffle, batch and prefetch", async () => {
    let closed = 0;
    const data = dataset.fromGenerator(function* () {
      try {
        for (;;) yield { x: tensor([1], [], "int32") };
      } finally {
        closed++;
      }
    });
    for await (const _ of data) break;
    expect(closed).toBe(1);
    for await (const _ of data.shuffle(1, { buffer: 5 }).batch(2).prefetch(3)) break;
    expect(closed).toBe(2);
    await read(data.take(3).batch(2));
    expect(closed).toBe(3);
  });

  test("holds a generator to its stated size", async () => {
    await expect(read(streamed(3, 4))).rejects.toThrow("must hold the stated 4 samples, got 3");
    await expect(read(streamed(5, 4))).rejects.toThrow("must hold the stated 4 samples, got more");
    expect(streamed(5, 5).batch(2).size).toBe(3);
  });

  test("names the element that differs from the first", async () => {
    const give = (...samples: SampleLike[]): Promise<unknown> =>
      collect(dataset.fromGenerator(() => samples).batch(4));
    await expect(give({ x: [1, 2] }, { x: [1, 2] }, { x: [1] })).rejects.toThrow(
      "dataset.fromGenerator: element 2: x must be float32[2] as in the first sample, got float32[1]",
    );
    await expect(give({ x: [1] }, { x: Int32Array.of(1) })).rejects.toThrow(
      "element 1: x must be float32[1] as in the first sample, got int32[1]",
    );
    await expect(give({ x: [1], y: 1 }, { x: [1] })).rejects.toThrow(
      "element 1: must hold x, y as the first sample, got x",
    );
    await expect(give({ x: { a: 1, b: 2 } }, { x: { b: 2, c: 1 } })).rejects.toThrow(
      "element 1: must hold x.a, x.b as the first sample, got x.b, x.c",
    );
    await expect(give({ x: { a: 1, b: 2 } }, { x: { b: 2, a: 1 } })).resolves.toBeDefined();
  });

  test("names what is no sample", async () => {
    const give = (sample: unknown): Promise<unknown> =>
      read(dataset.fromGenerator(() => [sample as SampleLike]));
    await expect(give([1, 2])).rejects.toThrow(
      "dataset.fromGenerator: element 0: must be an object { x, y?, sampleWeight? }, got an array",
    );
    await expect(give({ xs: 1 })).rejects.toThrow("got an object with xs");
    await expect(give({ x: 1, label: 1 })).rejects.toThrow('got the key "label"');
    await expect(give({ x: ["a"] })).rejects.toThrow(
      'element 0: x: tensor: elements must be numbers, got "a"',
    );
    await expect(give({ x: { age: "a" } })).rejects.toThrow("element 0: x.age");
    await expect(read(dataset.fromGenerator((() => 3) as never))).rejects.toThrow(/iterable/);
    expect(() => dataset.fromGenerator([] as never)).toThrow(OptionError);
  });
});

test("map() names the element at which its function threw", async () => {
  const data = counted(3).map(({ x }, { index }) => {
    if (index === 1) throw new TypeError("no");
    return { x };
  });
  await expect(read(data.shuffle(1).batch(3))).rejects.toThrow(
    "map: the function threw at element 1 of epoch 1: TypeError: no",
  );
});

test("a fault behind prefetch() comes where its element would have come", async () => {
  const data = counted(5).map((sample, { index }) => {
    if (index === 2) throw new Error("two");
    return sample;
  });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const sample of data.prefetch(4)) seen.push(...numbersOf(sample));
  })();
  await expect(reading).rejects.toThrow("element 2");
  expect(seen).toEqual([0, 1]);
});

test("options and numbers that make no sense are refused", () => {
  const data = counted(4);
  expect(() => data.batch(0)).toThrow("batch: size must be a whole number >= 1, got 0");
  expect(() => data.batch(2).batch(2)).toThrow(OptionError);
  expect(() => data.shuffle(-1)).toThrow(RangeError);
  expect(() => data.shuffle(1, { bufer: 3 } as never)).toThrow(/did you mean "buffer"/);
  expect(() => data.take(1.5)).toThrow(RangeError);
  expect(() => data.prefetch(0)).toThrow(RangeError);
  expect(() => data.map(3 as never)).toThrow(OptionError);
  expect(() => data.memoryBudget(-1)).toThrow(RangeError);
  expect(() => data.iterator({ position: -1 })).toThrow(/position must be a whole number/);
  expect(() => data.shuffle(3).iterator({ seed: 4 })).toThrow(/seed 4 must be the dataset's, 3/);
});
