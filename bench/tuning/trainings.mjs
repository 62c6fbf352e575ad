// Four small trainings with every combination of a few values of their hyperparameters, tried once each: trainings.json holds what
// came of them, so that twenty seeds of a sampler cost nothing.
//   node bench/tuning/trainings.mjs [NAME] [--data FOLDER]   computes them anew (about ten minutes) and writes the file
// The value is the loss of rows that were not trained on, after the last epoch.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import * as thalweg from "../../dist/index.js";

const { adam, conv2d, dense, dropout, flatten, maxPooling2d, sequential, tabular, tensor } =
  thalweg;
const FILE = fileURLToPath(new URL("./trainings.json", import.meta.url));
const local = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Rows of a table as samples: the first `train` of a fixed order to train on, the next `test` to test with. */
function split(x, y, train, test) {
  const rows = x.shape[0];
  // A stride that is prime to the number of rows visits each once.
  const order = Array.from({ length: rows }, (_, i) => (i * 7919) % rows);
  const part = (list) => {
    const take = (t) => {
      const width = t.size / t.shape[0];
      const data = new t.data.constructor(list.length * width);
      list.forEach((row, i) =>
        data.set(t.data.subarray(row * width, (row + 1) * width), i * width),
      );
      return tensor(data, [list.length, ...t.shape.slice(1)]);
    };
    return { x: take(x), y: take(y) };
  };
  return { train: part(order.slice(0, train)), test: part(order.slice(train, train + test)) };
}

/** Handwritten digits: so many samples to train on, and so many to test with. */
export function digits(train, test, shape) {
  const text = gunzipSync(readFileSync(local("../../data/digits.csv.gz")))
    .toString()
    .trim();
  const rows = text.split("\n").map((line) => line.split(",").map(Number));
  const x = tensor(Float32Array.from(rows.flatMap((r) => r.slice(0, 64).map((v) => v / 16))), [
    rows.length,
    ...shape,
  ]);
  return split(x, tensor(Int32Array.from(rows, (r) => r[64])), train, test);
}

function table(file, target, train, test) {
  const csv = thalweg.decodeCsv(new Uint8Array(readFileSync(file)));
  const fitted = tabular().fit(csv, { target });
  const { x, y } = fitted.transform(csv);
  return split(x, y, train, test);
}

const mlp = ({ units, left, activation }, outputs) =>
  sequential(
    [
      dense({ units, activation }),
      ...(left > 0 ? [dropout({ rate: left })] : []),
      dense({ units, activation }),
      dense(outputs > 1 ? { units: outputs, activation: "softmax" } : { units: 1 }),
    ],
    { seed: 1 },
  );

const rate = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];
const activation = ["relu", "tanh", "elu"];

/** Values are in the order of the parameters, the last of which moves fastest. Lists of numbers are ordered, texts are choices. */
const PROBLEMS = [
  {
    name: "digits_mlp",
    parameters: { rate, units: [4, 8, 16, 32, 64], left: [0, 0.1, 0.25, 0.5], activation },
    data: () => digits(800, 600, [64]),
    model: (p) => mlp(p, 10),
    loss: "sparseCategoricalCrossentropy",
    epochs: 4,
    batch: 32,
  },
  {
    name: "housing_mlp",
    parameters: { rate, units: [4, 8, 16, 32, 64], left: [0, 0.1, 0.25, 0.5], activation },
    data: ({ folder }) =>
      table(`${folder}/california_housing/housing.csv`, "median_house_value", 2000, 2000),
    model: (p) => mlp(p, 1),
    loss: "meanSquaredError",
    epochs: 5,
    batch: 32,
  },
  {
    name: "iris_mlp",
    parameters: { rate, units: [2, 4, 8, 16, 32], left: [0, 0.1, 0.25, 0.5], activation },
    data: () => table(local("../../examples/data/iris.csv"), "species", 75, 75),
    model: (p) => mlp(p, 3),
    loss: "sparseCategoricalCrossentropy",
    epochs: 12,
    batch: 8,
  },
  {
    name: "digits_cnn",
    parameters: { rate, filters: [2, 4, 8, 16], kernel: [1, 2, 3, 5], batch: [16, 32, 64, 128] },
    data: () => digits(600, 600, [8, 8, 1]),
    model: ({ filters, kernel }) =>
      sequential(
        [
          conv2d({ filters, kernelSize: kernel, padding: "same", activation: "relu" }),
          maxPooling2d({ poolSize: 2 }),
          flatten(),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 1 },
      ),
    loss: "sparseCategoricalCrossentropy",
    epochs: 3,
  },
];

/** Every combination, the last parameter fastest. */
function combinations(parameters) {
  return Object.entries(parameters).reduce(
    (all, [name, values]) => all.flatMap((p) => values.map((v) => ({ ...p, [name]: v }))),
    [{}],
  );
}

async function valuesOf({ parameters, data, model, loss, epochs, batch }, folder) {
  const { train, test } = data({ folder });
  const values = [];
  for (const p of combinations(parameters)) {
    const net = model(p);
    net.compile({ optimizer: adam({ learningRate: p.rate }), loss });
    await net.fit(train.x, train.y, {
      epochs,
      batchSize: p.batch ?? batch,
      seed: 1,
      onNonFinite: "stop",
    });
    const result = await net.evaluate(test.x, test.y, { batchSize: 600 });
    net.release();
    // What diverged is as bad as anything can be: finite, so that it has a rank.
    values.push(
      Number(Math.min(1e3, Number.isFinite(result.loss) ? result.loss : 1e3).toPrecision(6)),
    );
  }
  return values;
}

/** The tabulated problems: parameters by name, and a value for each combination. */
export function trainings() {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: "string", default: local("../../../shared/data") } },
  });
  // The same bits in every engine.
  await thalweg.init({ reproducible: true });
  const old = existsSync(FILE) ? trainings() : [];
  const lines = [];
  for (const problem of PROBLEMS) {
    const { name, parameters } = problem;
    const kept = old.find((p) => p.name === name);
    const wanted = positionals.length === 0 || positionals.includes(name);
    const values = wanted ? await valuesOf(problem, options.data) : (kept?.values ?? []);
    lines.push(JSON.stringify({ name, parameters, values }));
    console.log(
      `${name}: ${values.length} trainings, ${Math.min(...values)} to ${Math.max(...values)}`,
    );
  }
  writeFileSync(FILE, `[\n${lines.join(",\n")}\n]\n`);
}
