// Adam with a validation loss that fluctuates widely: the six remedies of the article, in its order, each alone
// and from equal first weights. Its Python, one line a remedy:
//
//     optimizer = Adam(learning_rate=0.0001)                              # 1: 0.001 to 0.0001, or 0.00001
//     reduce_lr = ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=5, min_lr=0.00001)   # 2
//     optimizer = Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.9995)    # 3: 0.999 to 0.9995
//     optimizer = Adam(learning_rate=0.001, clipvalue=1.0)                # 4
//     model.fit(x, y, batch_size=64, validation_split=0.2)                # 5: 32 to 64, or 128
//     Dense(64, activation="relu", kernel_regularizer=l2(0.01)), Dropout(0.3)   # 6
//
// The data are 500 of the digits that the package carries, with pixels left at 0 to 16 and a tenth of the labels
// wrong: Adam's validation loss then jumps from epoch to epoch. Three seeds keep the example short; five are the
// default.
import { readFile } from "node:fs/promises";
import { Random, dense, dropout, gunzip, l2, sequential, stabilise } from "thalweg";

const file = new URL("data/digits.csv.gz", import.meta.resolve("thalweg/package.json"));
const text = new TextDecoder().decode(await gunzip(await readFile(file)));
const rows = text.trimEnd().split("\n").map((line) => line.split(",").map(Number)).slice(0, 500);
const x = rows.map((row) => row.slice(0, 64));
const random = new Random(1);
const y = rows.map((row) => (random.uniform() < 0.1 ? (row[64] + 1) % 10 : row[64]));

const build = ({ seed, dropout: rate, l2: strength }) =>
  sequential(
    [
      dense({ units: 64, activation: "relu", kernelRegularizer: l2({ l2: strength }) }),
      dropout({ rate }),
      dense({ units: 64, activation: "relu", kernelRegularizer: l2({ l2: strength }) }),
      dropout({ rate }),
      dense({ units: 10, activation: "softmax" }),
    ],
    { seed },
  );
const tried = await stabilise(build, x, y, {
  loss: "sparseCategoricalCrossentropy",
  epochs: 30,
  seeds: [1, 2, 3],
});
console.log(String(tried));
const [plain] = tried.results;
console.log("plain", plain.noise.toFixed(4), plain.best.toFixed(4));
const slow = tried.results.find(({ remedy }) => remedy.name === "learningRate 0.00001");
console.log("slow", slow.noise.toFixed(4), slow.best.toFixed(4));
console.log("recommended", tried.recommended?.remedy.name ?? "nothing");
