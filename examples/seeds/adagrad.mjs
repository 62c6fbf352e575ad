// AdaGrad, the article's formula in Python:
//
//     s = np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w)
//         s = s + g ** 2
//         w = w - eta * g / (np.sqrt(s) + 1e-8)
//
// The options spell the article's form out; `dialect: "seed"` stands for the last three.
// Here the update runs in a kernel, on f = w^2 / 2 from w = 1: the gradient of f is w.
import { adagrad } from "thalweg";

const w = Float32Array.of(1);
const optimizer = adagrad({
  learningRate: 0.1,
  initialAccumulatorValue: 0,
  epsilon: 1e-8,
  epsilonMode: "outside",
}).init([w]);
for (let t = 1; t <= 3; t++) {
  const gradient = Float32Array.from(w);
  await optimizer.step([w], [gradient]);
  console.log(`w${t}`, w[0].toFixed(9));
}
