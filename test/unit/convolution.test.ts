import { expect, test } from "vitest";
import { relu } from "../../src/ops/activations/relu.ts";
import { type Conv2dAttrs, conv2d, convInputGrad } from "../../src/ops/conv2d.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { BUILDS, engineOf } from "../support/engines.ts";
import { runOnce } from "../support/opRun.ts";

const waves = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * i + 1));

for (const build of BUILDS) {
  test(`conv2d() of one channel is the middle of three of which two are 0, to the bit (${build})`, async () => {
    // One channel has a way of its own: along the lines of the image.
    const engine = await engineOf(build);
    const [rows, columns, filters] = [5, 31, 19];
    const image = waves(2 * rows * columns);
    const kernel = waves(9 * filters);
    const bias = tensor(waves(filters), [filters]);
    const wide = new Float32Array(3 * image.length);
    image.forEach((v, i) => (wide[3 * i + 1] = v));
    const deep = waves(3 * kernel.length);
    for (let tap = 0; tap < 9; tap++)
      deep.set(kernel.subarray(tap * filters, (tap + 1) * filters), (3 * tap + 1) * filters);
    const options: readonly Partial<Conv2dAttrs>[] = [
      {},
      { padding: "same" },
      { strides: [2, 1], activation: "relu" },
    ];
    for (const attrs of options) {
      const [own] = runOnce(engine, (x, w, b) => [conv2d(x!, w!, b!, attrs)], [
        tensor(image, [2, rows, columns, 1]),
        tensor(kernel, [3, 3, 1, filters]),
        bias,
      ]);
      const [other] = runOnce(engine, (x, w, b) => [conv2d(x!, w!, b!, attrs)], [
        tensor(wide, [2, rows, columns, 3]),
        tensor(deep, [3, 3, 3, filters]),
        bias,
      ]);
      expect(own!.data).toEqual(other!.data);
    }
  });

  test(`an infinite weight makes NaN where the gradient's windows reach beyond dy (${build})`, async () => {
    // Finite weights let a kernel leave out what is 0; these must not.
    const engine = await engineOf(build);
    const dy = tensor(waves(2 * 8 * 12 * 2), [2, 8, 12, 2]);
    const [weights, other] = [waves(9 * 2), waves(9 * 2)];
    weights[0] = Infinity;
    other[0] = 0;
    const run = (w: Float32Array) =>
      runOnce(engine, (g, k) => [convInputGrad(g!, k!, { size: [10, 14] })], [
        dy,
        tensor(w, [3, 3, 1, 2]),
      ])[0]!.data as Float32Array;
    const [infinite, finite] = [run(weights), run(other)];
    // Tap (0, 0) meets dy at the pixel itself: outside in the last two rows and columns.
    finite.forEach((v, i) => {
      const [y, x] = [Math.floor(i / 14) % 10, i % 14];
      expect(Number.isFinite(v)).toBe(true);
      if (y >= 8 || x >= 12) expect(infinite[i]).toBeNaN();
      else expect(Math.abs(infinite[i]!)).toBe(Infinity);
    });
  });

  test(`conv2d() applies relu as relu() does (${build})`, async () => {
    const engine = await engineOf(build);
    const inputs = [
      tensor(waves(2 * 9 * 9), [2, 9, 9, 1]),
      tensor(waves(9 * 16), [3, 3, 1, 16]),
      tensor(waves(16), [16]),
    ];
    const [own] = runOnce(
      engine,
      (x, w, b) => [conv2d(x!, w!, b!, { activation: "relu" })],
      inputs,
    );
    const [apart] = runOnce(
      engine,
      (x, w, b) => {
        const y = conv2d(x!, w!, b!);
        return [relu(y), y];
      },
      inputs,
    );
    expect(own!.data).toEqual(apart!.data);
  });
}
