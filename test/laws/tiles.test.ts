import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { Engine } from "../../src/kernels/engine.ts";
import { tilesOf } from "../../src/kernels/tile.ts";
import type { Variant } from "../../src/kernels/variant.ts";
import { type Conv2dAttrs, conv2d } from "../../src/ops/conv2d.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { BUILDS, completeEngine } from "../support/engines.ts";
import { OP_CASES } from "../support/opCases.ts";
import { checkSameBits } from "../support/opLaws.ts";
import { runOnce } from "../support/opRun.ts";
import { samplesOf } from "../support/sample.ts";

let checks = 0;
afterAll(() => console.log(`tile laws: ${checks} results by both tiles in ${BUILDS.join(", ")}`));

const waves = (shape: Shape, seed: number): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + i * i)),
    shape,
  );

const bits = ({ data }: Tensor): Int32Array => new Int32Array(data.buffer, 0, data.length);

type Build = (...xs: SymbolicTensor[]) => readonly SymbolicTensor[];

/** Lengths around both tiles, four steps of k, and blocks of 48 rows, 384 steps and 960 columns. */
const PRODUCTS: readonly (readonly [m: number, k: number, n: number])[] = [
  ...[4, 5, 6, 7, 11, 12, 13, 24].map((m) => [m, 17, 9] as const),
  ...[0, 1, 2, 3, 4, 5, 7, 8, 383, 384, 385, 769].map((k) => [13, k, 24] as const),
  [47, 70, 65],
  [50, 390, 130],
  [97, 5, 961],
];

const CONVOLUTIONS: readonly (readonly [x: Shape, w: Shape, attrs: Partial<Conv2dAttrs>])[] = [
  [[2, 9, 11, 5], [3, 3, 5, 9], { padding: "same" }],
  [[2, 6, 6, 16], [3, 3, 16, 8], { padding: "same" }],
  [[1, 13, 12, 45], [3, 3, 45, 17], {}],
  [[2, 10, 9, 6], [3, 2, 3, 8], { strides: [2, 1], groups: 2 }],
  [[2, 9, 31, 1], [3, 3, 1, 19], { padding: "same" }],
  [[1, 14, 14, 4], [2, 2, 4, 8], { dilationRate: [2, 3] }],
];

async function both(variant: Variant): Promise<[Engine, Engine]> {
  const [first, second] = tilesOf(variant).map((tile) =>
    completeEngine({ variant, tile, threads: variant.endsWith("-mt") ? 2 : 1, splitWork: 1 }),
  );
  return [await first!, await second!];
}

describe.each(BUILDS)("both tiles of %s give the same bits", (variant) => {
  const engines = both(variant);

  async function check(build: Build, inputs: readonly Tensor[]): Promise<Tensor[]> {
    const [first, second] = (await engines).map((engine) => runOnce(engine, build, inputs));
    expect(first!.map(bits)).toEqual(second!.map(bits));
    checks += first!.length;
    return first!;
  }

  test.each(PRODUCTS)("of products of %i x %i by %i", async (m, k, n) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = waves(transposeA ? [k, m] : [m, k], 1);
        const b = waves(transposeB ? [n, k] : [k, n], 2);
        await check((x, y) => [matmul(x!, y!, { transposeA, transposeB })], [a, b]);
      }
    }
  });

  test.each(CONVOLUTIONS)(
    "of a convolution of %j with %j, %j, and its gradients",
    async (x, w, attrs) => {
      const inputs = [waves(x, 3), waves(w, 4)];
      const [y] = await check((a, b) => [conv2d(a!, b!, attrs)], inputs);
      const dy = waves(y!.shape, 5);
      await check((a, b, c) => gradient(conv2d(a!, b!, attrs), [a!, b!], c!), [...inputs, dy]);
    },
  );

  test.each([6, 8, 12, 13])(
    "of sums that round to -0 before padding, %i columns",
    async (columns) => {
      // Adding 0 makes 0 of it, leaving out what is 0 does not: both tiles must leave out the same.
      const x = tensor(new Float32Array(6 * columns).fill(-1e-30), [1, 6, columns, 1]);
      const w = tensor(new Float32Array(9 * 8).fill(1e-30), [3, 3, 1, 8]);
      const deep = tensor(new Float32Array(12 * columns).fill(-1e-30), [1, 6, columns, 2]);
      const wide = tensor(new Float32Array(18 * 8).fill(1e-30), [3, 3, 2, 8]);
      await check((a, b) => [conv2d(a!, b!, { padding: "same" })], [x, w]);
      const [y] = await check((a, b) => [conv2d(a!, b!, { padding: "same" })], [deep, wide]);
      expect([...y!.data].every((v) => v === 0)).toBe(true);
    },
  );

  test("of every op", async () => {
    const [first, second] = await engines;
    for (const c of OP_CASES) {
      for (const s of samplesOf(c)) {
        checkSameBits(first, second, s);
        checks++;
      }
    }
  }, 120_000);
});

test.each(BUILDS)(
  "no static data of %s lie where the choice or the trial does",
  async (variant) => {
    for (const name of [variant, `${variant}-core`]) {
      const bytes = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
      const shared = variant.endsWith("-mt");
      const memory = new WebAssembly.Memory({
        initial: 1,
        ...(shared ? { maximum: 65536, shared } : {}),
      });
      const all = new Uint8Array(memory.buffer);
      all.fill(0xa5);
      const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
      expect(all.findIndex((byte) => byte !== 0xa5)).toBeGreaterThanOrEqual(64);
      const heapBase = instance.exports["heapBase"] as () => number;
      expect(heapBase()).toBeLessThanOrEqual(4096);
    }
  },
);
