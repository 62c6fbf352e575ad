// Weights kept small and units dropped, against overfitting: l2(0.01), Dropout(0.3) and a split for
// validation as in the tutorial, the sizes are this file's.
//
//     model = Sequential([
//         Dense(64, activation="relu", kernel_regularizer=l2(0.01)),
//         Dropout(0.3),
//         Dense(10, activation="softmax"),
//     ])
//     model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
//     model.fit(x, y, epochs=20, batch_size=32, validation_split=0.2)
//
// The data are the 1797 handwritten digits of 8 x 8 pixels that the package carries. The last fifth of
// the rows is kept for validation, before the rows are shuffled. `loss` contains the penalty.
import { readFile } from "node:fs/promises";
import { dense, dropout, gunzip, l2, sequential } from "thalweg";

const file = new URL("data/digits.csv.gz", import.meta.resolve("thalweg/package.json"));
const text = new TextDecoder().decode(await gunzip(await readFile(file)));
const rows = text.trimEnd().split("\n").map((line) => line.split(",").map(Number));
const x = rows.map((row) => row.slice(0, 64).map((ink) => ink / 16));
const y = rows.map((row) => row[64]);

const model = sequential([
  dense({ units: 64, activation: "relu", kernelRegularizer: l2({ l2: 0.01 }) }),
  dropout({ rate: 0.3 }),
  dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const history = await model.fit(x, y, { epochs: 20, batchSize: 32, validationSplit: 0.2, seed: 1 });
for (const name of ["loss", "val_loss", "accuracy", "val_accuracy"]) {
  console.log(name, history.last(name).toFixed(3));
}
