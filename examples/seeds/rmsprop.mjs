// RMSProp, the articles' formulas in Python; they differ in where epsilon stands:
//
//     E = np.zeros_like(w)
//     for t in range(1, steps + 1):
//         g = gradient(w)
//         E = rho * E + (1 - rho) * g ** 2
//         w = w - eta / np.sqrt(E + 1e-8) * g            # inside, the overview of optimizers
//         w = w - eta * g / (np.sqrt(E) + 1e-8)          # outside, the article on training
//
// Here the update runs in a kernel, on f = w^2 / 2: the gradient of f is w. From w = 1 the two agree to
// seven places; where gradients are as small as the root of epsilon, the one inside steps less.
import { rmsprop } from "thalweg";

for (const epsilonMode of ["inside", "outside"]) {
  const options = { learningRate: 0.1, rho: 0.9, epsilon: 1e-8, epsilonMode };
  const w = Float32Array.of(1);
  const optimizer = rmsprop(options).init([w]);
  for (let t = 1; t <= 3; t++) {
    const gradient = Float32Array.from(w);
    await optimizer.step([w], [gradient]);
    console.log(epsilonMode, `w${t}`, w[0].toFixed(9));
  }
  const small = Float32Array.of(0.0001);
  await rmsprop(options).init([small]).step([small], [Float32Array.from(small)]);
  console.log(epsilonMode, "first step from 0.0001:", (0.0001 - small[0]).toFixed(4));
}
