import { expect, test } from "vitest";
import { constant } from "../../src/initializers/constants.ts";
import { activation } from "../../src/layers/activation.ts";
import { dense } from "../../src/layers/dense.ts";
import { flatten } from "../../src/layers/flatten.ts";
import { reshape } from "../../src/layers/reshape.ts";
import { sequential } from "../../src/model/sequential.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { valueAndGrad } from "../../src/plan/trace.ts";
import { l1 } from "../../src/regularizers/l1.ts";
import { l1l2 } from "../../src/regularizers/l1l2.ts";
import { l2 } from "../../src/regularizers/l2.ts";

test("dense() computes x kernel + bias, then the activation", async () => {
  const model = sequential([dense({ units: 2, activation: "relu", inputShape: [3] })]);
  model.setWeights([
    [
      [1, -1],
      [2, 0],
      [3, 1],
    ],
    [0.5, -4],
  ]);
  expect(
    (
      await model.predict([
        [1, 2, 3],
        [-1, 0, 1],
      ])
    ).array(),
  ).toEqual([
    [14.5, 0],
    [2.5, 0],
  ]);
});

test("dense() works on the last axis of any number of axes", async () => {
  const model = sequential([dense({ units: 1, inputShape: [2, 2] })]);
  model.setWeights([[[1], [10]], [0]]);
  expect(
    (
      await model.predict([
        [
          [1, 2],
          [3, 4],
        ],
      ])
    ).array(),
  ).toEqual([[[21], [43]]]);
});

test("dense() names units and options that cannot be", () => {
  for (const units of [0, -1, 1.5, NaN])
    expect(() => dense({ units })).toThrow(
      `dense: units must be a whole number >= 1, got ${units}`,
    );
  expect(() =>
    sequential([dense({ units: 1, activation: "swish" as "relu", inputShape: [1] })]),
  ).toThrow('unknown activation "swish"');
  const init = "he_normal" as "heNormal";
  expect(() => sequential([dense({ units: 1, kernelInitializer: init, inputShape: [1] })])).toThrow(
    'dense "dense": unknown initializer "he_normal"; it is "heNormal" here',
  );
});

test("a regularizer's penalty enters the loss, and its gradient the step", async () => {
  // One weight of 3, input 0: the data loss is 0.
  const run = async (kernelRegularizer: ReturnType<typeof l2>): Promise<[number, number]> => {
    const layer = dense({
      units: 1,
      useBias: false,
      kernelInitializer: constant({ value: 3 }),
      kernelRegularizer,
    });
    const model = sequential([layer]);
    model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: "meanSquaredError" });
    const history = await model.fit([[0]], [0], { epochs: 1 });
    return [history.last("loss"), model.getWeights()[0]!.item()];
  };
  expect(await run(l2({ l2: 0.25 }))).toEqual([2.25, 3 - 0.5 * 2 * 0.25 * 3]);
  expect(await run(l1({ l1: 0.25 }))).toEqual([0.75, 3 - 0.5 * 0.25]);
  expect(await run(l1l2({ l1: 0.25, l2: 0.25 }))).toEqual([3, 3 - 0.5 * 1.75]);
});

test("l2() has the gradient 2 l2 w, l1() that of the sign, 0 at 0", async () => {
  const w = [1, -2, 0];
  expect(await valueAndGrad((t) => l2({ l2: 0.5 }).penalty(t))(w)).toMatchObject({ value: 2.5 });
  const gradientOf = async (r: ReturnType<typeof l2>): Promise<number[]> => [
    ...(await valueAndGrad((t) => r.penalty(t))(w)).gradients[0]!.data,
  ];
  expect(await gradientOf(l2({ l2: 0.5 }))).toEqual([1, -2, 0]);
  expect(await gradientOf(l1({ l1: 0.5 }))).toEqual([0.5, -0.5, 0]);
  expect(await gradientOf(l1l2({ l1: 0.5, l2: 0.5 }))).toEqual([1.5, -2.5, 0]);
  expect(() => l1({ l1: -1 })).toThrow("l1: l1 must be >= 0, got -1");
});

test("a frozen layer keeps its weights while others move", async () => {
  const frozen = dense({ units: 3, trainable: false });
  const model = sequential([frozen, dense({ units: 1 })], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  model.build([2]);
  const before = model.getWeights().map((t) => t.array());
  await model.fit(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 2],
    { epochs: 2 },
  );
  const after = model.getWeights().map((t) => t.array());
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[2]).not.toEqual(before[2]);
  frozen.trainable = true;
  await model.fit(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 2],
    { epochs: 1 },
  );
  expect(model.getWeights()[0]!.array()).not.toEqual(before[0]);
});

test("flatten() and reshape() keep the elements in their order", async () => {
  const model = sequential([
    flatten({ inputShape: [2, 3] }),
    reshape({ targetShape: [3, -1] }),
    reshape({ targetShape: [3, 2, 1] }),
  ]);
  expect(
    (
      await model.predict([
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ])
    ).array(),
  ).toEqual([
    [
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ],
  ]);
  // @ts-expect-error -- the compiler knows the shape as well
  expect(() => sequential([reshape({ targetShape: [4], inputShape: [3] })])).toThrow(
    'reshape "reshape": targetShape must hold 3 elements like a sample [3], got [4]',
  );
  expect(() => reshape({ targetShape: [-1, -1] })).toThrow(
    "reshape: targetShape must hold whole numbers",
  );
});

test("activation() applies an activation by name or as a function", async () => {
  const model = sequential([activation({ activation: "relu", inputShape: [3] })]);
  expect((await model.predict([[-1, 0, 2]])).array()).toEqual([[0, 0, 2]]);
  expect(() => activation({ activation: "sofmax" as "softmax" })).toThrow(
    'activation: unknown activation "sofmax"; did you mean "softmax"?',
  );
});
