import { expect, test } from "vitest";
import { dense, metrics as metricFactories, sequential } from "../../src/index.ts";
import type { MetricName } from "../../src/metrics/catalogue.gen.ts";
import { loadMetrics, metricsFor } from "../../src/metrics/resolve.ts";
import { later as laterMetrics } from "../../src/metrics/first.gen.ts";
import { type OptimizerName, optimizers } from "../../src/optim/catalogue.gen.ts";
import { later as laterOptimizers } from "../../src/optim/first.gen.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";

const NAMES = Object.keys(optimizers) as OptimizerName[];

/** A model of one layer, always with the same weights. */
function modelOf(optimizer: OptimizerName | Optimizer) {
  const model = sequential([dense({ units: 2, inputShape: [3] })], { seed: 4 });
  model.compile({ optimizer, loss: "meanSquaredError" });
  return model;
}

const x = [
  [1, -2, 0.5],
  [0.25, 3, -1],
];
const y = [
  [1, 0],
  [-1, 2],
];

test.each(NAMES)("compile() knows the options of %s before its rule is loaded", (name) => {
  const { optimizer } = modelOf(name).compiled;
  const whole = optimizers[name]();
  expect(optimizer.name).toBe(name);
  expect(JSON.stringify(optimizer.options)).toBe(JSON.stringify(whole.options));
  expect(modelOf(name).learningRate).toBe(whole.options.learningRate);
  expect(modelOf(name).toBytes()).toEqual(modelOf(whole).toBytes());
});

test.each(NAMES)("a model trained by the name %s is that of the definition", async (name) => {
  const [named, defined] = [modelOf(name), modelOf(optimizers[name]())];
  for (const model of [named, defined]) await model.fit(x, y, { epochs: 3 });
  expect(named.getWeights()).toEqual(defined.getWeights());
  expect(named.toBytes()).toEqual(defined.toBytes());
});

test("a compiled optimizer of one model can be given to another before and after its rule is loaded", async () => {
  const first = modelOf("lamb");
  const second = modelOf(first.compiled.optimizer);
  await second.fit(x, y);
  const third = modelOf(second.compiled.optimizer);
  await third.fit(x, y);
  expect(third.getWeights()).toEqual(second.getWeights());
});

test("predictSync() says what to do where a rule is not loaded", async () => {
  await modelOf("sgd").predict(x);
  const model = modelOf("lion");
  expect(() => model.predictSync(x)).toThrow(
    'optimizer "lion": its rule is not loaded yet; await model.predict(x) once before, or give lion()',
  );
  await model.predict(x);
  expect(model.predictSync(x).shape).toEqual([2, 2]);
});

test("an optimizer over arrays says what to do where its rule is not loaded", () => {
  expect(() => modelOf("scheduleFree").compiled.optimizer.init([new Float32Array(1)])).toThrow(
    'optimizer "scheduleFree": its rule is not loaded yet',
  );
});

test("an unknown optimizer or metric throws at compile(), with the nearest name", () => {
  expect(() => modelOf("lam" as OptimizerName)).toThrow(
    'compile: unknown optimizer "lam"; did you mean "lamb"?',
  );
  const model = modelOf("sgd");
  const compile = (metric: string) => () =>
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: [metric as MetricName] });
  expect(compile("recal")).toThrow('compile: unknown metric "recal"; did you mean "recall"?');
  expect(compile("toString")).toThrow('compile: unknown metric "toString"');
});

test("compile() knows the labels of a metric before it is loaded", () => {
  const model = sequential([dense({ units: 2, inputShape: [3] })]);
  expect(() =>
    model.compile({
      optimizer: "sgd",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["topKCategoricalAccuracy"],
    }),
  ).toThrow('metric "topKCategoricalAccuracy" needs values shaped like the output');
});

test("a metric that is loaded by its name is the definition", async () => {
  const names = Object.keys(laterMetrics) as (keyof typeof laterMetrics)[];
  for (const name of names) expect(metricFactories[name]().labels).toBe(laterMetrics[name]);
  await loadMetrics(names);
  const found = metricsFor(["f1", "auc"], "values", [2]);
  expect(found.map(({ metric }) => metric.options)).toEqual([
    metricFactories.f1().options,
    metricFactories.auc().options,
  ]);
  expect(Object.keys(laterOptimizers)).not.toContain("adam");
});
