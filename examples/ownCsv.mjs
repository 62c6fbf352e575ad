// Your own table, from the file to a saved model and back. What `tabular` learns from the training rows
// (means, categories, what to fill in) is saved in the model's file: a prediction needs nothing else.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Random,
  adam,
  decodeCsv,
  dense,
  loadModel,
  sequential,
  tabular,
  takeRows,
  trainTestSplit,
} from "thalweg";

const table = decodeCsv(await readFile(new URL("data/iris.csv", import.meta.url)));
const species = table.columns[table.header.indexOf("species")];
const rows = trainTestSplit(species.length, new Random(1), { testSize: 0.2, stratify: species });

const columns = tabular().fit(takeRows(table, rows.train), { target: "species" });
const train = columns.transform(takeRows(table, rows.train));
const test = columns.transform(takeRows(table, rows.test));

const model = sequential([
  dense({ units: 16, activation: "relu" }),
  dense({ units: columns.classNames.length, activation: "softmax" }),
]);
model.compile({
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
await model.fit(train.x, train.y, { epochs: 100, batchSize: 16, seed: 1 });
const { accuracy } = await model.evaluate(test.x, test.y);
console.log("rows", train.x.shape[0], "to train on,", test.x.shape[0], "to test with");
console.log("test accuracy", accuracy.toFixed(3));

const folder = await mkdtemp(join(tmpdir(), "thalweg-"));
const file = join(folder, "iris.safetensors");
await model.save(file, { extras: { columns: columns.toConfig() } });

// In another program, only the file is known.
const loaded = await loadModel(file);
const known = tabular.fromConfig(loaded.extras.columns);
const flower = decodeCsv("petal length,petal width,sepal length,sepal width\n1.4,0.2,5.0,3.4\n");
const { data } = await loaded.predict(known.transform(flower).x);
console.log("a new flower:", known.classNames[data.indexOf(Math.max(...data))]);
await rm(folder, { recursive: true });
