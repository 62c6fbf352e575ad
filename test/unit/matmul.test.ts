import { existsSync, readFileSync } from "node:fs";
import binaryen from "binaryen";
import { beforeAll, expect, test } from "vitest";
import { gemmScratchBytes } from "../../src/kernels/gemm.ts";
import { KERNEL_NAMES } from "../../src/kernels/kernels.ts";

const TRANSPOSE_A = 1;
const TRANSPOSE_B = 2;
const SPLIT_COLUMNS = 4;
const RELU = 1 << 8;
const COMBINATIONS = { NN: 0, TN: TRANSPOSE_A, NT: TRANSPOSE_B, TT: TRANSPOSE_A | TRANSPOSE_B };
/** The build under test; `THALWEG_VARIANT=relaxed` needs an engine with relaxed SIMD. */
const VARIANT = process.env["THALWEG_VARIANT"] ?? "simd";
const FUSED = VARIANT.startsWith("relaxed");
/** Products are summed in blocks of this many steps. */
const KC = 384;
/** Every byte that a kernel may not touch holds this. */
const SENTINEL = 0xa5;
/** Half the distance from 1 to the next float32: the relative error of one rounding. */
const UNIT_ROUNDOFF = 2 ** -24;

interface Wasm {
  heapBase(): number;
  run(first: number, last: number, scratch: number): void;
}

/** The kernel itself, for parts that `run` gives to no single thread. */
interface Kernel {
  matmul(...args: number[]): void;
}

const memory = new WebAssembly.Memory({ initial: 700 });
let wasm: Wasm;
let kernel: Kernel;

async function instantiate(bytes: BufferSource): Promise<WebAssembly.Exports> {
  return (await WebAssembly.instantiate(bytes, { env: { memory } })).instance.exports;
}

beforeAll(async () => {
  const files = [VARIANT, `${VARIANT}.raw`].map(
    (name) => new URL(`../../build/${name}.wasm`, import.meta.url),
  );
  const missing = files.find((file) => !existsSync(file));
  if (missing)
    throw new Error(`${missing.pathname} is missing: run \`node scripts/wasm.mjs ${VARIANT}\``);
  const [optimised, raw] = files.map((file) => readFileSync(file));
  wasm = (await instantiate(optimised!)) as WebAssembly.Exports & Wasm;
  const module = binaryen.readBinary(raw!);
  module.addFunctionExport("assembly/ops/matmul/matmul", "matmul");
  kernel = (await instantiate(new Uint8Array(module.emitBinary()))) as WebAssembly.Exports & Kernel;
  module.dispose();
});

/** Numbers in [-1, 1), the same every time. */
function random(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Lays out arrays in linear memory, 64-byte aligned, 64 sentinel bytes or more before and behind each. */
class Layout {
  private readonly checks: { address: number; bytes: number }[] = [];
  private end = ((wasm.heapBase() + 63) & ~63) + 256;

  region(bytes: number): number {
    const address = this.end;
    this.end = ((address + bytes + 63) & ~63) + 64;
    new Uint8Array(memory.buffer, address - 64, this.end - address + 64).fill(SENTINEL);
    this.checks.push({ address, bytes });
    return address;
  }

  floats(values: Float32Array): number {
    const address = this.region(values.byteLength);
    new Float32Array(memory.buffer, address, values.length).set(values);
    return address;
  }

  /** Fails where a byte outside the regions was written. */
  expectSentinels(): void {
    for (const { address, bytes } of this.checks) {
      const behind = ((address + bytes + 63) & ~63) + 64;
      const around = [
        ...new Uint8Array(memory.buffer, address - 64, 64),
        ...new Uint8Array(memory.buffer, address + bytes, behind - address - bytes),
      ];
      expect(
        around.every((byte) => byte === SENTINEL),
        "bytes outside a buffer were written",
      ).toBe(true);
    }
  }
}

/** Writes one command and runs it. */
function run(name: string, args: number[], scratch: number): void {
  const first = (wasm.heapBase() + 63) & ~63;
  const bytes = 4 * (args.length + 1);
  const opcode = KERNEL_NAMES.indexOf(name);
  new Int32Array(memory.buffer, first, args.length + 1).set([(bytes << 16) | opcode, ...args]);
  wasm.run(first, first + bytes, scratch);
}

interface Product {
  a: Float32Array;
  b: Float32Array;
  bias?: Float32Array;
  m: number;
  n: number;
  k: number;
  flags: number;
}

function place({ a, b, bias, m, n, k, flags }: Product): {
  layout: Layout;
  args: number[];
  scratch: number;
  result: () => Float32Array;
} {
  const layout = new Layout();
  const biasAt = bias ? layout.floats(bias) : 0;
  const [A, B, out] = [layout.floats(a), layout.floats(b), layout.region(4 * m * n)];
  const scratch = layout.region(gemmScratchBytes(m, n, k, flags));
  const result = (): Float32Array => {
    layout.expectSentinels();
    return new Float32Array(memory.buffer, out, m * n).slice();
  };
  return { layout, args: [A, B, biasAt, out, m, n, k, flags], scratch, result };
}

/** The whole product in one command. */
function matmul(product: Product): Float32Array {
  const { args, scratch, result } = place(product);
  run("matmul", [...args, product.flags & SPLIT_COLUMNS ? product.n : product.m], scratch);
  return result();
}

/** The product in parts, cut at the given rows or columns, the last part first. */
function matmulInParts(product: Product, cuts: number[]): Float32Array {
  const { args, scratch, result } = place(product);
  const ends = [0, ...cuts, product.flags & SPLIT_COLUMNS ? product.n : product.m];
  for (let part = ends.length - 1; part > 0; part--) {
    kernel.matmul(...args, scratch, ends[part - 1]!, ends[part]!);
  }
  return result();
}

/** Element [i, p] of op(A), and [p, j] of op(B), wherever they are stored. */
function decode({ a, b, m, n, k, flags }: Product): {
  A: (i: number, p: number) => number;
  B: (p: number, j: number) => number;
} {
  return {
    A: (i, p) => a[flags & TRANSPOSE_A ? p * m + i : i * k + p]!,
    B: (p, j) => b[flags & TRANSPOSE_B ? j * k + p : p * n + j]!,
  };
}

/** The definition in float32: k in order within blocks of KC, the blocks in order. */
function byDefinition(product: Product): Float32Array {
  const { m, n, k } = product;
  const { A, B } = decode(product);
  const { fround } = Math;
  return Float32Array.from({ length: m * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let total = 0;
    for (let block = 0; block < Math.max(k, 1); block += KC) {
      let sum = 0;
      for (let p = block; p < Math.min(k, block + KC); p++) {
        const term = A(i, p) * B(p, j); // exact in float64
        sum = fround(sum + (FUSED ? term : fround(term)));
      }
      total = block === 0 ? sum : fround(total + sum);
    }
    return total;
  });
}

/** Fails where the bits differ (but for the bits of a NaN, which WebAssembly leaves open). */
function expectSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  const wrong = actual.findIndex((x, i) => !Object.is(x, expected[i]));
  expect(wrong < 0 ? "same" : `[${wrong}]: ${actual[wrong]}, not ${expected[wrong]}`, what).toBe(
    "same",
  );
}

/** Fails where an element is further from the sum in float64 than rounding can explain. */
function expectClose(product: Product, actual: Float32Array, what: string): void {
  const { m, n, k } = product;
  const { A, B } = decode(product);
  // Higham 2002, section 3.1: |error| <= gamma(k) sum |a b| with gamma(k) = k u / (1 - k u), whatever
  // the order of the sum; adding blocks after blocks never takes more than k + 1 roundings.
  const gamma = ((k + 1) * UNIT_ROUNDOFF) / (1 - (k + 1) * UNIT_ROUNDOFF);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      for (let p = 0; p < k; p++) {
        sum += A(i, p) * B(p, j);
        size += Math.abs(A(i, p) * B(p, j));
      }
      const error = Math.abs(actual[i * n + j]! - sum);
      if (!(error <= gamma * size)) {
        expect.fail(
          `${what}: [${i}, ${j}] is ${actual[i * n + j]}, not ${sum} (bound ${gamma * size})`,
        );
      }
    }
  }
}

function product(m: number, n: number, k: number, flags: number): Product {
  return { a: random(m * k, m + 7 * k), b: random(k * n, n + 13 * k), m, n, k, flags };
}

const SMALL = [1, 2, 3, 4, 5, 7, 8, 9, 17, 31, 33];
const SHAPES: [m: number, n: number, k: number][] = [
  ...SMALL.flatMap((m, i) =>
    SMALL.map((n, j): [number, number, number] => [m, n, SMALL[(i + j) % 11]!]),
  ),
  [64, 100, 33],
  [100, 64, 100],
  [31, 33, 383],
  [33, 17, 384],
  [5, 9, 385],
  [2, 33, 385],
  [3, 7, 800],
  [17, 31, 800],
  [1, 800, 100],
  [800, 1, 17],
  [385, 9, 64],
  [4, 1000, 5],
  [2, 1000, 5],
  [130, 8, 3],
  [25, 100, 390],
  [11, 200, 400],
  [100, 3, 390],
];

test.each(Object.entries(COMBINATIONS))(
  "matmul() %s equals its definition bit for bit",
  (name, flags) => {
    for (const [m, n, k] of SHAPES) {
      const p = product(m, n, k, flags);
      const what = `${name} ${m}x${n}x${k}`;
      const actual = matmul(p);
      expectSameBits(actual, byDefinition(p), what);
      expectClose(p, actual, what);
    }
  },
);

test.each(Object.entries(COMBINATIONS))(
  "matmul() %s is as close to float64 as k allows",
  (name, flags) => {
    for (const [m, n, k] of [
      [64, 100, 800],
      [100, 33, 385],
      [130, 64, 384],
    ] as const) {
      const p = product(m, n, k, flags);
      expectClose(p, matmul(p), `${name} ${m}x${n}x${k}`);
    }
  },
);

test("matmul() with bias and relu equals product, bias and relu one after the other", () => {
  for (const flags of Object.values(COMBINATIONS)) {
    for (const [m, n, k] of [
      [1, 10, 32],
      [3, 33, 400],
      [4, 8, 16],
      [33, 17, 9],
      [64, 100, 800],
    ] as const) {
      const plain = product(m, n, k, flags);
      const bias = random(n, 99);
      const unfused = byDefinition(plain).map((x, i) => x + bias[i % n]!);
      const what = `${m}x${n}x${k} flags ${flags}`;
      expectSameBits(matmul({ ...plain, bias }), unfused, `bias ${what}`);
      const active = unfused.map((x) => (x < 0 ? 0 : x));
      expectSameBits(matmul({ ...plain, bias, flags: flags | RELU }), active, `bias, relu ${what}`);
      const relu = byDefinition(plain).map((x) => (x < 0 ? 0 : x));
      expectSameBits(matmul({ ...plain, flags: flags | RELU }), relu, `relu ${what}`);
    }
  }
});

test("matmul() gives the same bits wherever its rows or columns are cut", () => {
  for (const transposes of Object.values(COMBINATIONS)) {
    for (const flags of [transposes | RELU, transposes | RELU | SPLIT_COLUMNS]) {
      for (const [m, n, k] of [
        [33, 31, 40],
        [5, 100, 390],
        [64, 64, 100],
      ] as const) {
        const whole = { ...product(m, n, k, flags), bias: random(n, 5) };
        const expected = matmul(whole);
        const size = flags & SPLIT_COLUMNS ? n : m;
        for (const cuts of [[1], [2, 3], [24], [size - 1], [4, 9, 17]]) {
          const inside = cuts.filter((cut) => cut < size);
          const what = `${m}x${n}x${k} flags ${flags} cut at ${inside.join(", ")}`;
          expectSameBits(matmulInParts(whole, inside), expected, what);
        }
      }
    }
  }
});

test("matmul() carries NaN and infinity to their row and column and nowhere else", () => {
  for (const flags of Object.values(COMBINATIONS)) {
    for (const [m, n, k] of [
      [1, 9, 5],
      [2, 10, 9],
      [7, 5, 6],
      [9, 17, 33],
      [33, 31, 100],
    ] as const) {
      for (const [row, column] of [
        [0, n - 1],
        [m - 1, 0],
        [m >> 1, n >> 1],
      ] as const) {
        const p = product(m, n, k, flags);
        const last = k - 1;
        p.a[flags & TRANSPOSE_A ? last * m + row : row * k + last] = NaN;
        p.b[flags & TRANSPOSE_B ? column * k : column] = Infinity;
        const actual = matmul(p);
        expectSameBits(actual, byDefinition(p), `${m}x${n}x${k} flags ${flags}`);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            expect(Number.isFinite(actual[i * n + j])).toBe(i !== row && j !== column);
          }
        }
      }
    }
  }
});

test("matmul() with relu keeps NaN", () => {
  const p = product(9, 9, 9, RELU);
  p.a[4 * 9] = NaN;
  expect([...matmul(p)].map(Number.isNaN)).toEqual(
    Array.from({ length: 81 }, (_, i) => i >> 0 >= 36 && i < 45),
  );
});

test("matmul() of k = 0 gives zeros, or the bias; of m = 0 or n = 0 nothing", () => {
  for (const flags of Object.values(COMBINATIONS)) {
    for (const m of [1, 5, 33]) {
      const empty = product(m, 10, 0, flags);
      const bias = random(10, 3);
      expectSameBits(matmul(empty), new Float32Array(m * 10), `zeros ${m}`);
      expectSameBits(
        matmul({ ...empty, bias }),
        new Float32Array(m * 10).map((_, i) => bias[i % 10]!),
        "bias",
      );
    }
    expect(matmul(product(0, 10, 4, flags))).toHaveLength(0);
    expect(matmul(product(10, 0, 4, flags))).toHaveLength(0);
  }
});

test("batchMatmul() equals matmul of each matrix, and shares one where its stride is 0", () => {
  const [m, n, k, batch] = [9, 17, 33, 3];
  for (const flags of Object.values(COMBINATIONS)) {
    for (const [shareA, shareB] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const layout = new Layout();
      const a = random(m * k * (shareA ? 1 : batch), 21);
      const b = random(k * n * (shareB ? 1 : batch), 22);
      const [A, B, out] = [layout.floats(a), layout.floats(b), layout.region(4 * m * n * batch)];
      const scratch = layout.region(gemmScratchBytes(m, n, k, flags));
      const strides = [shareA ? 0 : 4 * m * k, shareB ? 0 : 4 * k * n, 4 * m * n];
      run("batchMatmul", [A, B, out, m, n, k, flags, ...strides, batch], scratch);
      layout.expectSentinels();
      const actual = new Float32Array(memory.buffer, out, m * n * batch).slice();
      for (let i = 0; i < batch; i++) {
        const one: Product = {
          a: shareA ? a : a.subarray(i * m * k, (i + 1) * m * k),
          b: shareB ? b : b.subarray(i * k * n, (i + 1) * k * n),
          m,
          n,
          k,
          flags,
        };
        expectSameBits(actual.slice(i * m * n, (i + 1) * m * n), byDefinition(one), `matrix ${i}`);
      }
    }
  }
});
