import { describe, expect, test } from "vitest";
import { Commands } from "../../src/kernels/commands.ts";
import type { Engine } from "../../src/kernels/engine.ts";
import { type Kernels, kernelsOf } from "../../src/kernels/kernels.ts";
import { regionsOf } from "../../src/memory/regions.ts";
import { Random } from "../../src/math/random.ts";
import { BUILDS, engineOf } from "../support/engines.ts";

/** Behind every buffer, which nothing may write to. */
const SENTINEL = 12345;

/** Runs kernels over copies of some arrays, each with sentinels behind; gives the arrays back. */
function ran(
  engine: Engine,
  arrays: readonly Float32Array[],
  emit: (k: Kernels, addresses: number[]) => void,
): Float32Array[] {
  const regions = regionsOf(engine);
  const addresses = arrays.map((array) => {
    const address = regions.allocate(4 * array.length + 64);
    engine.f32.fill(SENTINEL, address >>> 2, (address >>> 2) + array.length + 16);
    engine.f32.set(array, address >>> 2);
    return address;
  });
  const commands = new Commands(engine.splitWork);
  emit(kernelsOf(commands), addresses);
  const base = regions.allocate(commands.bytes);
  commands.place(engine.i32, base);
  engine.run(base, base + commands.position, 0, 0);
  const out = addresses.map((address, i) => {
    const from = address >>> 2;
    const behind = engine.f32.subarray(from + arrays[i]!.length, from + arrays[i]!.length + 16);
    expect(behind.every((v) => v === SENTINEL)).toBe(true);
    return engine.f32.slice(from, from + arrays[i]!.length);
  });
  for (const address of [...addresses, base]) regions.free(address);
  return out;
}

const random = new Random(11, 0);
const normals = (n: number): Float32Array =>
  Float32Array.from({ length: n }, () => random.normal());

/** Outer, length, inner: odd ones, rows alone, columns alone, single elements. */
const SHAPES = [
  [1, 1, 1],
  [1, 7, 1],
  [5, 9, 1],
  [1, 3, 5],
  [2, 5, 3],
  [3, 2, 17],
  [1, 33, 64],
  [64, 3, 1],
] as const;

describe.each(SHAPES)("[%i, %i, %i]", (outer, length, inner) => {
  const size = outer * length * inner;
  const norms = (w: Float32Array): number[] =>
    Array.from({ length: outer * inner }, (_, v) => {
      let sum = 0;
      const first = Math.floor(v / inner) * length * inner + (v % inner);
      for (let i = 0; i < length; i++) sum += w[first + i * inner]! ** 2;
      return Math.sqrt(sum);
    });
  const vectorOf = (i: number): number => Math.floor(i / (length * inner)) * inner + (i % inner);

  test("boundNorm() is keras.constraints.MinMaxNorm in f64, in every build, and writes nothing behind", async () => {
    const w = normals(size);
    if (size > 4) w[size - 1] = Number.NaN;
    for (const [low, high, rate] of [
      [0, 1.5, 1],
      [1, 1, 1],
      [0.5, 2, 0.25],
    ] as const) {
      const before = norms(w);
      const expected = Array.from(w, (x, i) => {
        const norm = before[vectorOf(i)]!;
        const held = Math.min(Math.max(norm, low), high);
        return Math.fround(x * ((rate * held + (1 - rate) * norm) / (norm + 1e-7)));
      });
      let bits: string | null = null;
      for (const build of BUILDS) {
        const [got] = ran(await engineOf(build), [w], (k, [at]) =>
          k.boundNorm(at!, length, inner, low, high, rate, outer * inner),
        );
        // f64 in another order: a last bit of f32 may fall to the other side.
        got!.forEach((x, i) => {
          const e = expected[i]!;
          expect(Object.is(x, e) || Math.abs(x - e) <= 1.2e-7 * Math.abs(e), `${x} ${e}`).toBe(
            true,
          );
        });
        expect((bits ??= got!.join())).toBe(got!.join());
      }
    }
  });

  test("adaptiveClip() and nonNegative() do what their formulas say, in every build", async () => {
    if (outer > 1) return;
    const [g, w] = [normals(size), normals(size)];
    const [gs, ws] = [norms(g), norms(w)];
    const expected = Array.from(g, (x, i) => {
      const most = 0.9 * Math.max(ws[i % inner]!, 1e-3);
      const norm = gs[i % inner]!;
      return norm <= most ? x : Math.fround(x * (most / norm));
    });
    for (const build of BUILDS) {
      const [clipped, positive] = ran(await engineOf(build), [g, w, w], (k, [a, b, c]) => {
        k.adaptiveClip(a!, b!, length, inner, 0.9, 1e-3, inner);
        k.nonNegative(c!, size);
      }).filter((_, i) => i !== 1);
      // .9 and .001 are rounded to f32 in the kernel.
      clipped!.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(3e-7));
      positive!.forEach((x, i) => expect(x).toBe(Math.max(w[i]!, 0)));
    }
  });
});

describe.each([
  [2, 2],
  [3, 5],
  [17, 9],
  [64, 33],
])("adafactor's statistics of [%i, %i]", (rows, columns) => {
  test("are means of squares in f64, the same in every build", async () => {
    const [g, r, c] = [
      normals(rows * columns),
      normals(rows).map(Math.abs),
      normals(columns).map(Math.abs),
    ];
    const [scale, rate, added] = [0.5, 0.25, 0.125];
    const square = (i: number, j: number): number => (scale * g[i * columns + j]!) ** 2 + added;
    const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const nextRows = range(rows).map((i) => {
      const old = r[i]!;
      return Math.fround(old + rate * (mean(range(columns).map((j) => square(i, j))) - old));
    });
    const nextColumns = range(columns).map((j) => {
      const old = c[j]!;
      return Math.fround(old + rate * (mean(range(rows).map((i) => square(i, j))) - old));
    });
    const middle = mean(nextRows);
    let bits: string | null = null;
    for (const build of BUILDS) {
      const got = ran(await engineOf(build), [g, r, c], (k, [ga, ra, ca]) => {
        k.adafactorRows(ga!, ra!, scale, rate, added, columns, rows);
        k.adafactorColumns(ga!, ca!, scale, rate, added, rows, columns, columns);
        k.adafactorMatrix(ga!, ra!, ca!, scale, -1, 1e-10, rows, columns, rows);
      });
      const [u, newRows, newColumns] = got;
      nextRows.forEach((e, i) => expect(Math.abs(newRows![i]! - e)).toBeLessThan(1e-7 * (1 + e)));
      nextColumns.forEach((e, i) =>
        expect(Math.abs(newColumns![i]! - e)).toBeLessThan(1e-7 * (1 + e)),
      );
      u!.forEach((x, i) => {
        const v = (nextRows[Math.floor(i / columns)]! / middle) * nextColumns[i % columns]!;
        const e = (-scale * g[i]!) / Math.sqrt(v);
        expect(Math.abs(x - e)).toBeLessThan(1e-6 * (1 + Math.abs(e)));
      });
      expect((bits ??= got.map((a) => a.join()).join())).toBe(got.map((a) => a.join()).join());
    }
  });
});
