// A physics loss: a network learns to solve a differential equation, without a single solution to learn
// from. Its loss asks for the second derivative of the network by its own input:
//
//     u''(x) = -pi^2 sin(pi x) on [0, 1],  u(0) = u(1) = 0;  the solution is sin(pi x)
//
// `gradient` is graph to graph, so what it gives can be differentiated again: the step takes the
// gradient of u'' by the weights, a third derivative of the network.
import { adam, dense, gradient, ops, sequential, tensor, valueAndGrad } from "thalweg";

const { add, mean, square, sum } = ops;
const points = 64;
const x = Float32Array.from({ length: points }, (_, i) => i / (points - 1));
const force = x.map((v) => Math.PI ** 2 * Math.sin(Math.PI * v));
const column = (values) => tensor(values, [values.length, 1]);

const net = sequential(
  [
    dense({ units: 24, activation: "tanh", inputShape: [1] }),
    dense({ units: 24, activation: "tanh" }),
    dense({ units: 1 }),
  ],
  { seed: 1 },
);
const weights = net.getWeights();

const physics = valueAndGrad(
  (x, force, ends, ...w) => {
    const u = net.statelessCall(w, x);
    const [slope] = gradient(sum(u), [x]);
    const [curvature] = gradient(sum(slope), [x]);
    const residual = mean(square(add(curvature, force)));
    const boundary = mean(square(net.statelessCall(w, ends)));
    return add(residual, ops.mul(boundary, 100));
  },
  { by: weights.map((_, i) => 3 + i) },
);

const values = weights.map((w) => w.data);
const optimizer = adam({ learningRate: 1e-3 }).init(values);
for (let step = 0; step <= 3000; step++) {
  const arguments_ = values.map((w, i) => tensor(w, weights[i].shape));
  const { value, gradients } = await physics(column(x), column(force), [[0], [1]], ...arguments_);
  if (step % 1000 === 0) console.log("step", step, "loss", value.toPrecision(3));
  await optimizer.step(values, gradients);
}
net.setWeights(values.map((w, i) => tensor(w, weights[i].shape)));

const u = await net.predict(column(x));
const worst = Math.max(...x.map((v, i) => Math.abs(u.data[i] - Math.sin(Math.PI * v))));
console.log("largest error of the solution", worst.toPrecision(2));
