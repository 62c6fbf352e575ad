// Adam in compile, with the options that the tutorial gives it (the numbers are this file's):
//
//     model.compile(
//         optimizer=Adam(learning_rate=0.01, beta_1=0.9, beta_2=0.999, clipvalue=0.5),
//         loss="mse",
//     )
//
// A name of Keras's throws and says ours: the last lines print that.
import { adam, dense, sequential } from "thalweg";

const x = Array.from({ length: 64 }, (_, i) => [i / 32 - 1]);
const y = x.map(([v]) => v * v);
const model = sequential([dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
model.compile({
  optimizer: adam({ learningRate: 0.01, beta1: 0.9, beta2: 0.999, clipValue: 0.5 }),
  loss: "meanSquaredError",
});
const history = await model.fit(x, y, { epochs: 200, seed: 1 });
console.log("loss", history.history.loss[0].toFixed(4), "->", history.last("loss").toFixed(4));

try {
  adam({ beta_1: 0.9 });
} catch (error) {
  console.log(error.message);
}
