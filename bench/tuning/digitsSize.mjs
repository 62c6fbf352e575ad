// Networks for handwritten digits, of one to three hidden layers, every combination of a few sizes, rates and activations trained
// once: digitsSize.json holds the share of test samples that each gets wrong, so that twenty seeds of a sampler cost nothing.
//   node bench/tuning/digitsSize.mjs   computes them anew (some minutes) and writes the file
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as thalweg from "../../dist/index.js";
import { digits } from "./trainings.mjs";

const { adam, dense, sequential } = thalweg;
const FILE = fileURLToPath(new URL("./digitsSize.json", import.meta.url));
const UNITS = [4, 8, 16, 32, 64];
const RATES = [1e-3, 3e-3, 1e-2, 3e-2];
const ACTIVATIONS = ["relu", "tanh"];
const [TRAIN, TEST, EPOCHS, BATCH] = [800, 600, 5, 32];

/** The sizes, rates and activations, and the errors: by sizes ("16,8"), then by rate, then by activation. */
export function digitsSizes() {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Parameters of a network of these hidden layers. */
export function parametersOf(sizes) {
  const widths = [64, ...sizes, 10];
  return widths.slice(1).reduce((sum, n, i) => sum + (widths[i] + 1) * n, 0);
}

async function errorOf(data, sizes, rate, activation) {
  const layers = sizes.map((units) => dense({ units, activation }));
  const net = sequential([...layers, dense({ units: 10, activation: "softmax" })], { seed: 1 });
  net.compile({
    optimizer: adam({ learningRate: rate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const { train, test } = data;
  await net.fit(train.x, train.y, { epochs: EPOCHS, batchSize: BATCH, seed: 1 });
  const { accuracy } = await net.evaluate(test.x, test.y, { batchSize: TEST });
  net.release();
  return Number((1 - accuracy).toPrecision(4));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  // The same bits in every engine.
  await thalweg.init({ reproducible: true });
  const data = digits(TRAIN, TEST, [64]);
  const one = UNITS.map((n) => [n]);
  const two = one.flatMap((s) => UNITS.map((n) => [...s, n]));
  const three = two.flatMap((s) => UNITS.map((n) => [...s, n]));
  const errors = {};
  for (const sizes of [...one, ...two, ...three]) {
    const rows = [];
    for (const rate of RATES) {
      const row = [];
      for (const activation of ACTIVATIONS) row.push(await errorOf(data, sizes, rate, activation));
      rows.push(row);
    }
    errors[sizes.join()] = rows;
    console.log(sizes.join(), JSON.stringify(rows));
  }
  const lines = Object.entries(errors).map(([k, v]) => `    "${k}": ${JSON.stringify(v)}`);
  const head = { units: UNITS, rates: RATES, activations: ACTIVATIONS };
  const top = Object.entries(head).map(([k, v]) => `  "${k}": ${JSON.stringify(v)},`);
  writeFileSync(FILE, `{\n${top.join("\n")}\n  "errors": {\n${lines.join(",\n")}\n  }\n}\n`);
}
