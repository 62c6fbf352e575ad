// He's initialization, the article's formula in Python:
//
//     def he_init(n_in, n_out):
//         return np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
//
// Without `distribution` the normal is cut off at two standard deviations and widened to have the same
// one in all, as Keras does it: then nothing is beyond 2.3 of them.
import { compute, heNormal, ops } from "thalweg";

const [inputs, outputs] = [300, 200];
const w = heNormal({ seed: 1, distribution: "untruncatedNormal" })([inputs, outputs]);
console.log("mean", (await compute(ops.mean, w)).item().toFixed(4));
const std = (await compute(ops.std, w)).item();
console.log("std", std.toFixed(4));
console.log("wanted", Math.sqrt(2 / inputs).toFixed(4));
console.log("largest", ((await compute(ops.max, w)).item() / std).toFixed(1), "deviations");
