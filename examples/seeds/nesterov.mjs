// Nesterov's accelerated gradient, the article's formula in Python:
//
//     v = np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w - beta * v)
//         v = beta * v + (1 - beta) * g
//         w = w - eta * v
//
// The gradient is taken ahead of w: lookAhead moves w there. A model's fit does both by itself.
// Here the update runs in a kernel, on f = w^2 / 2 from w = 1: the gradient of f is w.
import { sgd } from "thalweg";

const w = Float32Array.of(1);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, momentumForm: "ema", nesterov: true }).init([w]);
for (let t = 1; t <= 3; t++) {
  await optimizer.lookAhead([w]); // w is now w - beta v
  const gradient = Float32Array.from(w);
  await optimizer.step([w], [gradient]); // moves w back, then on
  console.log(`w${t}`, w[0].toFixed(9));
}
