// The least regression. In Keras:
//
//     model = Sequential([Dense(1)])
//     model.compile(optimizer=SGD(learning_rate=0.1), loss="mse", metrics=["mae"])
//     model.fit(x, y, epochs=50, batch_size=16)
//
// y is 2 a - 3 b + 1, and the one layer's kernel and bias come to be these numbers.
import { dense, sequential, sgd } from "thalweg";

const x = Array.from({ length: 100 }, (_, i) => [(i % 10) / 4.5 - 1, Math.floor(i / 10) / 4.5 - 1]);
const y = x.map(([a, b]) => 2 * a - 3 * b + 1);

const model = sequential([dense({ units: 1 })]);
model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError", metrics: ["meanAbsoluteError"] });
await model.fit(x, y, { epochs: 50, batchSize: 16, seed: 1 });
const { loss, meanAbsoluteError } = await model.evaluate(x, y);
console.log("loss", loss.toFixed(6), "mean absolute error", meanAbsoluteError.toFixed(6));

const [kernel, bias] = model.getWeights();
console.log("kernel", Array.from(kernel.data, (v) => v.toFixed(3)).join(" "));
console.log("bias", bias.item().toFixed(3));
