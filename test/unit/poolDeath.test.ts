import { afterEach, expect, test, vi } from "vitest";
import { createEngine } from "../../src/kernels/engine.ts";
import { add } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { runOnce } from "../support/opRun.ts";

/** What the second worker does before it comes to the barrier, as text. */
const before = vi.hoisted(() => ({ text: "" }));

vi.mock("../../src/kernels/wasm/worker.ts", async (original) => {
  const { default: script } = await original<{ default: string }>();
  // Wasm that is entered late, or never: the script itself is the library's own.
  const late = (): string => `
    const Original = WebAssembly.Instance;
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    WebAssembly.Instance = class {
      constructor(...all) {
        const { work } = new Original(...all).exports;
        this.exports = { work: (control, thread) => { if (thread === 2) { ${before.text} } work(control, thread); } };
      }
    };
    ${script}`;
  return {
    get default() {
      return late();
    },
  };
});

afterEach(() => {
  before.text = "";
});

const a = tensor(
  Float32Array.from({ length: 61 * 53 }, (_, i) => Math.sin(i)),
  [61, 53],
);

const product = (engine: Awaited<ReturnType<typeof createEngine>>): unknown =>
  runOnce(engine, (x) => [add(matmul(x!, x!, { transposeB: true }), 1)], [a])[0]!.data;

test("a worker that ends by itself while the others wait for it is noticed at once", async () => {
  const expected = product(await createEngine({ threads: 1 }));
  before.text = "sleep(300); process.exit(3);";
  const engine = await createEngine({ threads: 3, splitWork: 0 });
  expect(engine.threads).toBe(3);
  const started = performance.now();
  expect(() => product(engine)).toThrow("lost in the middle of a step");
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(100); // it was waited for
  expect(took).toBeLessThan(1300); // and then not for long
  expect(engine.threads).toBe(1);
  expect(product(engine)).toEqual(expected);
  await engine.close();
});

test("a worker that is slow, and alive, is waited for", async () => {
  const expected = product(await createEngine({ threads: 1 }));
  before.text = "sleep(3500);";
  const engine = await createEngine({ threads: 3, splitWork: 0 });
  const started = performance.now();
  expect(product(engine)).toEqual(expected);
  expect(performance.now() - started).toBeGreaterThan(2500);
  expect(engine.threads).toBe(3);
  await engine.close();
});
