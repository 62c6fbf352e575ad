// A recurrent layer with a cell of your own: the minimal gated unit of Zhou et al. (2016), one gate f that
// both forgets and resets.
//
//     f = sigmoid(x Wf + h Uf + bf)
//     n = tanh(x Wn + (f h) Un + bn)
//     h = (1 - f) h + f n
//
// `ops.scan` runs it over the steps, `defineLayer` makes a layer of it; gradients come by themselves. The
// task: name the first of ten symbols after the last one.
import {
  Random,
  adam,
  defineLayer,
  dense,
  ops,
  orthogonal,
  sequential,
  sigmoid,
  tanh,
  tensor,
  zeros,
  glorotUniform,
} from "thalweg";

const minimalGated = defineLayer({
  name: "minimalGated",
  defaults: { units: 16 },
  params: ({ units }, [[, features]]) => {
    const gate = (name) => ({
      [`kernel_${name}`]: { shape: [features, units], initializer: glorotUniform() },
      [`recurrentKernel_${name}`]: { shape: [units, units], initializer: orthogonal() },
      [`bias_${name}`]: { shape: [units], initializer: zeros(), decay: false },
    });
    return { ...gate("f"), ...gate("n") };
  },
  call: ([x], { options: { units }, params: p }) => {
    const { add, fill, matmul, mul, scan, sub } = ops;
    const cell = (h, step) => {
      const part = (name, state) =>
        add(
          matmul(step, p[`kernel_${name}`], p[`bias_${name}`]),
          matmul(state, p[`recurrentKernel_${name}`]),
        );
      const f = sigmoid(part("f", h));
      const n = tanh(part("n", mul(f, h)));
      const next = add(h, mul(f, sub(n, h)));
      return [next, next]; // the new state, and the step's output
    };
    const init = fill(0, { shape: [x.shape[0], units] });
    return scan(cell, { init, xs: x }).state;
  },
});

const STEPS = 10;
const SYMBOLS = 4;

function sequences(count, seed) {
  const random = new Random(seed);
  const x = new Float32Array(count * STEPS * SYMBOLS);
  const first = new Int32Array(count);
  for (let i = 0; i < count * STEPS; i++) {
    const symbol = Math.floor(random.uniform() * SYMBOLS);
    x[i * SYMBOLS + symbol] = 1;
    if (i % STEPS === 0) first[i / STEPS] = symbol;
  }
  return [tensor(x, [count, STEPS, SYMBOLS]), tensor(first, [count], "int32")];
}

const model = sequential([minimalGated(), dense({ units: SYMBOLS, activation: "softmax" })], {
  seed: 1,
});
model.compile({
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
await model.fit(...sequences(2000, 1), { epochs: 15, batchSize: 50, seed: 1 });
const { accuracy } = await model.evaluate(...sequences(1000, 2));
console.log("accuracy by chance:", (1 / SYMBOLS).toFixed(2));
console.log("accuracy of a minimal gated unit:", accuracy.toFixed(2));
