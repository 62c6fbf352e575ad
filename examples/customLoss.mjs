// A loss of your own: with the quantile (pinball) loss a model learns not the mean, but the value that
// a given share of the targets stays below.
//
//     e = target - output
//     loss = max(q e, (q - 1) e)
//
// Made of ops, it has its gradient without being asked, and `fit` takes it like any other.
import { Random, adam, defineLoss, dense, ops, sequential } from "thalweg";

const quantile = defineLoss({
  name: "quantile",
  defaults: { q: 0.5 },
  labels: "values", // numbers, not class indices
  call: (target, output, { q }) => {
    const error = ops.sub(target, output);
    return ops.maximum(ops.mul(error, q), ops.mul(error, q - 1));
  },
});

const random = new Random(1);
const x = Array.from({ length: 500 }, () => [random.uniform()]);
const y = x.map(([v]) => v + random.normal() ** 2); // noise on one side only

for (const q of [0.1, 0.5, 0.9]) {
  const model = sequential([dense({ units: 1 })]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: quantile({ q }) });
  await model.fit(x, y, { epochs: 100, seed: 1 });
  const output = await model.predict(x);
  const below = y.filter((v, i) => v < output.data[i]).length;
  console.log("quantile", q, "share below:", (below / y.length).toFixed(2));
}
