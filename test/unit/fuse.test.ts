import { expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import { type SymbolicTensor, leaf } from "../../src/graph/symbolic.ts";

import { relu } from "../../src/ops/activations/relu.ts";
import { type PoolOptions, maxPool2d } from "../../src/ops/pool.ts";
import { compile } from "../../src/plan/plan.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { completeEngine } from "../support/engines.ts";
import { runOnce } from "../support/opRun.ts";

/** Gradient of `maxPool2d(relu(x))` by x, and what its mask was laid over. */
function pooled(x: SymbolicTensor, dy: SymbolicTensor, options: PoolOptions): SymbolicTensor[] {
  const [dx] = gradient(maxPool2d(relu(x), options), [x], dy);
  return [dx!, dx!.node!.inputs[1]!];
}

test("compile() masks the gradient of a maximum of relu before it is spread", () => {
  const [x, dy] = [leaf("input", "x", [2, 4, 4, 3]), leaf("input", "dy", [2, 2, 2, 3])];
  const y = maxPool2d(relu(x));
  const [dx] = gradient(y, [x], dy);
  const plan = compile({ name: "test", inputs: [x, dy], outputs: { dx: dx! } });
  expect(plan.schedule.nodes.map((node) => [node.op.name, node.outputs[0]!.shape])).toEqual([
    ["relu", [2, 4, 4, 3]],
    ["maxPool", [2, 2, 2, 3]],
    ["reluGrad", [2, 2, 2, 3]],
    ["maxPoolGrad", [2, 4, 4, 3]],
  ]);
});

test("a mask before the maximum's gradient and one behind it give the same bits", async () => {
  const engine = await completeEngine({});
  const x = Float32Array.from({ length: 2 * 6 * 6 * 5 }, (_, i) => Math.sin(i * i));
  x.set([Number.NaN, 0, -0, Infinity, 0], 40);
  for (const options of [{}, { poolSize: 3, strides: 1 }]) {
    const side = options.poolSize ? 4 : 3;
    const dy = Float32Array.from({ length: 2 * side * side * 5 }, (_, i) => Math.cos(i));
    const inputs = [tensor(x, [2, 6, 6, 5]), tensor(dy, [2, side, side, 5])];
    const [fused] = runOnce(engine, (a, b) => pooled(a!, b!, options).slice(0, 1), inputs);
    // An output is read from outside, so the mask stays behind it.
    const [kept] = runOnce(engine, (a, b) => pooled(a!, b!, options), inputs);
    expect(fused!.data).toEqual(kept!.data);
  }
});
