import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type Loss,
  type Model,
  adam,
  cloneModel,
  defineLoss,
  dense,
  l2,
  loadModel,
  nadam,
  ops,
  sequential,
} from "../../src/index.ts";

const x = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 5) - 2]);
const y = x.map(([a, b]) => (a! > b! ? 1 : 0));

function net(
  optimizer: Parameters<Model["compile"]>[0]["optimizer"] = adam({ learningRate: 0.01 }),
) {
  const model = sequential([
    dense({ units: 7, activation: "relu", kernelRegularizer: l2({ l2: 0.001 }) }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

test("loadModel() gives back what save() wrote: equal predictions, and training goes on with the same bits", async () => {
  for (const optimizer of [adam({ learningRate: 0.01 }), nadam()]) {
    const model = net(optimizer);
    await model.fit(x, y, { epochs: 3, batchSize: 8, seed: 5 });
    const path = join(mkdtempSync(join(tmpdir(), "thalweg-")), "model.safetensors");
    await model.save(path, { extras: { classNames: ["no", "yes"] } });
    const again = await loadModel(path);
    expect(again.extras).toEqual({ classNames: ["no", "yes"] });
    expect((await again.predict(x)).array()).toEqual((await model.predict(x)).array());
    await model.fit(x, y, { epochs: 2, batchSize: 8, seed: 6 });
    await again.fit(x, y, { epochs: 2, batchSize: 8, seed: 6 });
    expect(again.getWeights().map((t) => t.array())).toEqual(
      model.getWeights().map((t) => t.array()),
    );
  }
});

test("cloneModel() shares nothing with the original", async () => {
  const model = net();
  await model.fit(x, y, { epochs: 1 });
  const copy = cloneModel(model);
  const before = copy.getWeights()[0]!.array();
  await model.fit(x, y, { epochs: 1 });
  expect(copy.getWeights()[0]!.array()).toEqual(before);
  expect(model.getWeights()[0]!.array()).not.toEqual(before);
});

test("loadModel() names a file that is truncated", async () => {
  const model = net();
  model.build([3]);
  const bytes = model.toBytes();
  await expect(loadModel(bytes.subarray(0, bytes.length - 5))).rejects.toThrow(
    /truncated|pass|end/,
  );
});

test("loadModel() makes a loss of the user's own again from customObjects, and names it where it is missing", async () => {
  const scaled = defineLoss<{ by: number }>({
    name: "scaled",
    defaults: { by: 1 },
    labels: "values",
    call: (target, output, { by }) => ops.mul(ops.square(ops.sub(target, output)), by),
  });
  const model = sequential([dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: scaled({ by: 3 }) });
  await model.fit([[1], [2]], [1, 2], { seed: 1 });
  const bytes = model.toBytes();
  const loaded = await loadModel(bytes, { customObjects: { scaled } });
  expect((loaded.compiled.loss as Loss).options).toEqual({ by: 3 });
  expect(await loaded.evaluate([[1], [2]], [3, 4])).toEqual(
    await model.evaluate([[1], [2]], [3, 4]),
  );
  await expect(loadModel(bytes)).rejects.toThrow(
    'load: unknown loss "scaled"; pass what defines it as customObjects: { scaled }',
  );
});
