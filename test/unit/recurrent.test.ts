import { expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { sigmoid } from "../../src/ops/activations/sigmoid.ts";
import { tanh } from "../../src/ops/activations/tanh.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { lstm } from "../../src/ops/lstm.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { scan } from "../../src/ops/scan.ts";
import { slice } from "../../src/ops/slice.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";
import { BUILDS, engineOf } from "../support/engines.ts";
import { OpRun, runOnce } from "../support/opRun.ts";
import { inParts } from "../support/parts.ts";
import { difference, draw } from "../support/sample.ts";

type Graph = (...xs: SymbolicTensor[]) => readonly SymbolicTensor[];

/** States of all steps of an LSTM and its gradients by everything, given dy. */
const withGradients =
  (run: (...xs: SymbolicTensor[]) => SymbolicTensor): Graph =>
  (...all) => {
    const xs = all.slice(0, -1);
    const y = run(...xs);
    return [y, ...gradient(y, xs, all.at(-1)!)];
  };

const byKernel = withGradients(
  (x, w, u, h0, c0) => lstm(x!, w!, u!, null, { initialState: [h0!, c0!] }).y,
);

/** The same, a copy of the cell for each step. */
const bySteps = withGradients((x, w, u, h0, c0) => {
  const units = u!.shape[0]!;
  const gate = (gates: SymbolicTensor, k: number): SymbolicTensor =>
    slice(gates, { axis: 1, begin: k * units, size: units });
  const { ys } = scan(
    ([h, c]: readonly SymbolicTensor[], part: SymbolicTensor) => {
      const gates = add(part, matmul(h!, u!));
      const [i, f, g, o] = [0, 1, 2, 3].map((k) => gate(gates, k));
      const cell = add(mul(sigmoid(f!), c!), mul(sigmoid(i!), tanh(g!)));
      const y = mul(sigmoid(o!), tanh(cell));
      return [[y, cell] as readonly SymbolicTensor[], y];
    },
    { init: [h0!, c0!] as readonly SymbolicTensor[], xs: matmul(x!, w!) },
  );
  return ys;
});

/** More rows than are packed at once (48), more units than are summed at once (384). */
const sizes = { batch: 53, time: 3, features: 2, units: 389 };

function inputs(): Tensor[] {
  const { batch, time, features, units } = sizes;
  const random = new TestRandom(1);
  const shapes = [
    [batch, time, features],
    [features, 4 * units],
    [units, 4 * units],
    [batch, units],
    [batch, units],
    [batch, time, units],
  ];
  return shapes.map((shape, i) =>
    draw(random, shape, i === 2 ? { from: -0.1, to: 0.1 } : { from: -1, to: 1 }, "float32"),
  );
}

test.each(BUILDS)(
  "lstm() by its kernel gives what its steps made of ops give, at any size, in %s",
  async (build) => {
    const engine = await engineOf(build);
    const given = inputs();
    const expected = runOnce(engine, bySteps, given);
    runOnce(engine, byKernel, given).forEach((t, k) => {
      let largest = 0;
      let distance = 0;
      t.data.forEach((v, i) => {
        largest = Math.max(largest, Math.abs(expected[k]!.data[i]!));
        distance = Math.max(distance, Math.abs(v - expected[k]!.data[i]!));
      });
      // Sums of up to 1556 products in another order: 2^-24 a term, of which few add up.
      expect(distance / largest).toBeLessThan(4e-6);
    });
  },
);

test("lstm() gives the same bits for every split of a large batch", async () => {
  const engine = await engineOf("simd");
  const given = inputs();
  const run = new OpRun(
    engine,
    byKernel,
    given.map((t) => t.shape),
    given.map((t) => t.dtype),
  );
  const whole = run.own(run.run(given));
  for (const parts of [2, 5, 14]) {
    const split = inParts(engine, parts, false, () => run.own(run.run(given)));
    split.forEach((t, i) => expect(difference(t, whole[i]!)).toBeNull());
  }
  run.free();
});
