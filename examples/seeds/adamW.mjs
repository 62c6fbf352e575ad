// AdamW, the article's formula in Python:
//
//     m, v = np.zeros_like(w), np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w)
//         m = beta1 * m + (1 - beta1) * g
//         v = beta2 * v + (1 - beta2) * g ** 2
//         m_hat = m / (1 - beta1 ** t)
//         v_hat = v / (1 - beta2 ** t)
//         w = w - (eta * m_hat / (np.sqrt(v_hat) + 1e-8) + 0.01 * w)
//
// The decay is not multiplied by eta, as it is in PyTorch and Keras (`decayScale: "lr"`, the
// default).
// Here the update runs in a kernel, on f = w^2 / 2 from w = 1: the gradient of f is w.
import { adamW } from "thalweg";

const w = Float32Array.of(1);
const optimizer = adamW({ learningRate: 0.1, weightDecay: 0.01, decayScale: "none" }).init([w]);
for (let t = 1; t <= 3; t++) {
  const gradient = Float32Array.from(w);
  await optimizer.step([w], [gradient]);
  console.log(`w${t}`, w[0].toFixed(9));
}
