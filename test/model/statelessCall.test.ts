import { expect, test } from "vitest";
import { dense, dropout, ops, sequential, tensor, trace, valueAndGrad } from "../../src/index.ts";

const x = [
  [1, -2],
  [0.5, 3],
];

test("statelessCall() computes what predict() does, from weights that are given", async () => {
  const net = sequential([
    dense({ units: 3, activation: "tanh", inputShape: [2] }),
    dense({ units: 1 }),
  ]);
  const forward = trace((t, ...w) => net.statelessCall(w, t));
  const weights = net.getWeights();
  expect((await forward(x, ...weights)).data).toEqual((await net.predict(x)).data);
  const zeroed = await forward(
    x,
    ...weights.map((w) =>
      tensor(
        w.data.map(() => 0),
        w.shape,
      ),
    ),
  );
  expect([...zeroed.data]).toEqual([0, 0]);
});

test("a step by its gradients is the step of fit()", async () => {
  const build = () => sequential([dense({ units: 1, inputShape: [2] })], { seed: 4 });
  const [fitted, own] = [build(), build()];
  fitted.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  await fitted.trainOnBatch(x, [1, 2]);
  const weights = own.getWeights();
  const loss = valueAndGrad(
    (t, y, ...w) => ops.mean(ops.square(ops.sub(own.statelessCall(w, t), y))),
    { by: [2, 3] },
  );
  const { gradients } = await loss(x, [[1], [2]], ...weights);
  fitted
    .getWeights()
    .forEach((w, i) =>
      w.data.forEach((v, j) =>
        expect(v).toBeCloseTo(weights[i]!.data[j]! - 0.01 * gradients[i]!.data[j]!, 6),
      ),
    );
});

test("dropout draws anew at each call of a traced function", async () => {
  const net = sequential([dropout({ rate: 0.5, inputShape: [64] })]);
  const f = trace((t) => net.statelessCall([], t, { training: true }));
  const ones = [Array.from({ length: 64 }, () => 1)];
  expect((await f(ones)).data).not.toEqual((await f(ones)).data);
});

test("statelessCall() names weights and inputs that do not fit", async () => {
  const net = sequential([dense({ units: 1, inputShape: [2] })]);
  await expect(trace((t, w) => net.statelessCall([w!], t!))(x, [[1], [2]])).rejects.toThrow(
    "statelessCall needs 2 weights (dense/kernel, dense/bias), got 1",
  );
  await expect(
    trace((t, w, b) => net.statelessCall([w!, b!], t!))([[1, 2, 3]], [[1], [2]], [0]),
  ).rejects.toThrow('statelessCall: "input" must have shape [batch, 2], got [1, 3]');
});
