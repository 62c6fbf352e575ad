// The least classification. In Keras:
//
//     model = Sequential([Dense(16, activation="relu"), Dense(1, activation="sigmoid")])
//     model.compile(optimizer=Adam(learning_rate=0.01), loss="binary_crossentropy", metrics=["accuracy"])
//     model.fit(x, y, epochs=100, batch_size=32)
//
// The points are a grid on a square; the question is whether a point lies in the circle.
import { adam, dense, sequential } from "thalweg";

const x = Array.from({ length: 400 }, (_, i) => [(i % 20) / 9.5 - 1, Math.floor(i / 20) / 9.5 - 1]);
const y = x.map(([a, b]) => (a * a + b * b < 0.5 ? 1 : 0));

const model = sequential([dense({ units: 16, activation: "relu" }), dense({ units: 1, activation: "sigmoid" })]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "binaryCrossentropy", metrics: ["accuracy"] });
await model.fit(x, y, { epochs: 100, batchSize: 32, seed: 1 });
const { loss, accuracy } = await model.evaluate(x, y);
console.log("loss", loss.toFixed(3));
console.log("accuracy", accuracy.toFixed(3));

const inside = await model.predict([[0, 0], [0.9, 0.9]]);
console.log("center", inside.data[0].toFixed(3), "corner", inside.data[1].toFixed(3));
