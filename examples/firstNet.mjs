// The first network: the program of the README.
import { adam, dense, sequential } from "thalweg";

const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
const y = [0, 1, 1, 0]; // exclusive or
const model = sequential([
  dense({ units: 8, activation: "relu" }),
  dense({ units: 2, activation: "softmax" }),
]);
model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const history = await model.fit(x, y, { epochs: 100, batchSize: "all" });
const { accuracy } = await model.evaluate(x, y);
const probabilities = await model.predict([[1, 0]]);
console.log("loss", history.history.loss[0].toFixed(2), "->", history.history.loss[99].toFixed(2));
console.log("accuracy", accuracy);
console.log("exclusive or of 1 and 0:", probabilities.array()[0][1] > 0.5);
