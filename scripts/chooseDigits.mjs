// Chooses the settings of the first job: 5-fold cross-validation over the rows that are not test rows.
// The test rows are never read. `node scripts/chooseDigits.mjs` prints the table of docs/digits.md.
import { dense, sequential } from "../build/modules/index.js";
import { optimizers } from "../build/modules/optim/catalogue.gen.js";
import { readDigits } from "../build/modules/cli/problems/digits.js";
import { gatherSamples } from "../build/modules/cli/problems/gather.js";
import { splitThree } from "../build/modules/cli/problems/split.js";

const FOLDS = 5;
const SEEDS = [101, 102, 103];
const all = await readDigits();
const { train, validation } = splitThree(all.y.size, all.y.data, 0.2);
const rows = Int32Array.from([...train, ...validation]).sort();

// Fold f holds every fifth row of each class.
const seen = new Array(10).fill(0);
const fold = Array.from(rows, (row) => seen[all.y.data[row]]++ % FOLDS);

const EPOCHS = [20, 30, 40, 60];
const results = [];
for (const layers of [[32], [64], [128], [256], [64, 64], [128, 64]]) {
  for (const learningRate of [1e-3, 3e-3, 1e-2]) {
    const right = EPOCHS.map(() => 0);
    let total = 0;
    for (let f = 0; f < FOLDS; f++) {
      const fit = gatherSamples(
        all,
        rows.filter((_, i) => fold[i] !== f),
      );
      const held = gatherSamples(
        all,
        rows.filter((_, i) => fold[i] === f),
      );
      for (const seed of SEEDS) {
        const hidden = layers.map((units) => dense({ units, activation: "relu" }));
        const model = sequential([...hidden, dense({ units: 10, activation: "softmax" })], {
          seed,
        });
        model.build([64]);
        model.compile({
          optimizer: optimizers.adam({ learningRate }),
          loss: "sparseCategoricalCrossentropy",
          metrics: ["accuracy"],
        });
        const accuracies = [];
        await model.fit(fit.x, fit.y, {
          epochs: EPOCHS.at(-1),
          seed,
          validationData: [held.x, held.y],
          callbacks: [{ onEpochEnd: (_, logs) => void accuracies.push(logs.val_accuracy) }],
        });
        EPOCHS.forEach((epochs, i) => (right[i] += accuracies[epochs - 1] * held.y.size));
        total += held.y.size;
        model.release();
      }
    }
    results.push([layers.join(","), learningRate, ...right.map((r) => (r / total).toFixed(4))]);
    console.log(results.at(-1).join(" | "));
  }
}
