import { beforeEach, expect, test, vi } from "vitest";
import type { Variant } from "../../src/kernels/variant.ts";

/** Builds that were loaded, "core" or "all", in order. */
const builds: string[] = [];

vi.mock(import("../../src/kernels/variant.ts"), async (original) => {
  const variant = await original();
  return {
    ...variant,
    loadBase64: (name: Variant, all: boolean) => {
      builds.push(all ? "all" : "core");
      return variant.loadBase64(name, all);
    },
  };
});

const { adam, dense, flatten, init, maxPooling2d, ops, sequential, tensor, trace } =
  await import("../../src/index.ts");

beforeEach(async () => {
  await (await init()).close();
  builds.length = 0;
});

const image = tensor(new Float32Array(16), [1, 4, 4, 1]);

test("a plain network loads the first build", async () => {
  const model = sequential([dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: adam(), loss: "meanSquaredError" });
  await model.fit([[1, 2]], [[1]]);
  await model.evaluate([[1, 2]], [[1]]);
  await model.predict([[1, 2]]);
  expect(builds).toEqual(["core"]);
});

test("a network of other layers loads the build with all, and no other", async () => {
  const model = sequential([
    maxPooling2d({ poolSize: 2, inputShape: [4, 4, 1] }),
    flatten(),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: adam(), loss: "meanSquaredError" });
  await model.fit(image, [[1]], { validationData: [image, [[1]]] });
  await model.predict(image);
  expect(builds).toEqual(["all"]);
});

test("a metric of the second build is seen before the first one is loaded", async () => {
  const model = sequential([dense({ units: 3, inputShape: [2] })]);
  const metrics = ["topKCategoricalAccuracy"] as const;
  model.compile({ optimizer: adam(), loss: "categoricalCrossentropy", metrics });
  const x = [[1, 2]];
  const y = [[1, 0, 0]];
  await model.fit(x, y, { validationData: [x, y] });
  expect(builds).toEqual(["all"]);
});

test("trace() loads the build that its function needs", async () => {
  await trace((x) => ops.cumsum(x))([1, 2]);
  expect(builds).toEqual(["all"]);
});

test("an optimizer over plain arrays loads the build that its rule needs", async () => {
  await adam()
    .init([new Float32Array(2)])
    .step([new Float32Array(2)], [new Float32Array(2)]);
  expect(builds).toEqual(["core"]);
});

test("init() loads the first build, and a closed engine is followed by one that loads its own", async () => {
  await init();
  expect(builds).toEqual(["core"]);
});

test("several first plans at once load each build once", async () => {
  const plain = sequential([dense({ units: 1, inputShape: [2] })]);
  const pooled = sequential([maxPooling2d({ poolSize: 2, inputShape: [4, 4, 1] })]);
  await Promise.all([
    plain.predict([[1, 2]]),
    pooled.predict(image),
    plain.predict([[1, 2]]),
    pooled.predict(image),
  ]);
  expect(builds.sort()).toEqual(["all", "core"]);
});
