// Activations in numpy, with the article's alpha for the leaky ReLU:
//
//     sigmoid = lambda x: 1 / (1 + np.exp(-x))
//     tanh = np.tanh
//     relu = lambda x: np.maximum(0, x)
//     leaky_relu = lambda x, alpha=0.01: np.where(x > 0, x, alpha * x)
//     elu = lambda x, alpha=1.0: np.where(x > 0, x, alpha * (np.exp(x) - 1))
//     softmax = lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum()
//
// A layer takes them by name, `dense({ units: 8, activation: "elu" })`, or with options as a function
// of a tensor; `compute` runs one on numbers.
import { compute, elu, leakyRelu, relu, sigmoid, softmax, tanh } from "thalweg";

const x = [-2, -1, 0, 1, 2];
const show = (name, y) => console.log(name.padEnd(9), Array.from(y.data, (v) => v.toFixed(4)).join(" "));
show("sigmoid", await compute(sigmoid, x));
show("tanh", await compute(tanh, x));
show("relu", await compute(relu, x));
show("leakyRelu", await compute(leakyRelu, x, { negativeSlope: 0.01 }));
show("elu", await compute(elu, x, { alpha: 1 }));
show("softmax", await compute(softmax, x));
