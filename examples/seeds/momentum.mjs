// Gradient descent with momentum, the article's formula in Python:
//
//     v = np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w)
//         v = beta * v + (1 - beta) * g
//         w = w - eta * v
//
// The velocity is an average of the gradients. Left out, momentumForm is PyTorch's, a sum: 1 / (1 - beta)
// times as long, so that the same eta goes ten times as far.
// Here the update runs in a kernel, on f = w^2 / 2 from w = 1: the gradient of f is w.
import { sgd } from "thalweg";

const w = Float32Array.of(1);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, momentumForm: "ema" }).init([w]);
for (let t = 1; t <= 3; t++) {
  const gradient = Float32Array.from(w);
  await optimizer.step([w], [gradient]);
  console.log(`w${t}`, w[0].toFixed(9));
}
