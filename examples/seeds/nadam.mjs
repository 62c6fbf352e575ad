// Nadam, the article's formula in Python:
//
//     m, v = np.zeros_like(w), np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w)
//         m = beta1 * m + (1 - beta1) * g
//         v = beta2 * v + (1 - beta2) * g ** 2
//         m_hat = m / (1 - beta1 ** t)
//         v_hat = v / (1 - beta2 ** t)
//         w = w - eta * (beta1 * m_hat + (1 - beta1) * g / (1 - beta1 ** t)) / (np.sqrt(v_hat) + 1e-8)
//
// Momentum is beta1 at every step (PyTorch and Keras let it grow), and m is corrected by the power
// t (PyTorch and Keras look a step further).
// Here the update runs in a kernel, on f = w^2 / 2 from w = 1: the gradient of f is w.
import { nadam } from "thalweg";

const w = Float32Array.of(1);
const optimizer = nadam({ learningRate: 0.1, momentumDecay: Infinity, mCorrection: "t" }).init([w]);
for (let t = 1; t <= 3; t++) {
  const gradient = Float32Array.from(w);
  await optimizer.step([w], [gradient]);
  console.log(`w${t}`, w[0].toFixed(9));
}
