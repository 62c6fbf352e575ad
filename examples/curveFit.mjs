// A curve without a model: y = a e^(-b x) + c is fitted to points by descent on the mean squared error.
// `valueAndGrad` compiles the function at its first call and gives its value and its gradients; an
// optimizer's `step` moves plain arrays.
import { adam, ops, valueAndGrad } from "thalweg";

const x = Float32Array.from({ length: 50 }, (_, i) => i / 10);
const y = x.map((v) => 3 * Math.exp(-1.5 * v) + 0.5);

const { add, exp, mean, mul, neg, square, sub } = ops;
const meanSquaredError = valueAndGrad(
  (a, b, c, x, y) => mean(square(sub(add(mul(a, exp(neg(mul(b, x)))), c), y))),
  { by: [0, 1, 2] }, // gradients by a, b and c; x and y stay
);

const parameters = [Float32Array.of(1), Float32Array.of(1), Float32Array.of(0)];
const optimizer = adam({ learningRate: 0.05 }).init(parameters);
for (let step = 0; step <= 300; step++) {
  const { value, gradients } = await meanSquaredError(...parameters, x, y);
  if (step % 100 === 0) console.log("step", step, "error", value.toPrecision(2));
  await optimizer.step(parameters, gradients);
}
["a", "b", "c"].forEach((name, i) => console.log(name, parameters[i][0].toFixed(3)));
