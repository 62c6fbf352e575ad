// What a step costs on a dataset that is kept in linear memory, and on the same one streamed, in turns:
//   node bench/steps/datasets.mjs [rounds, default 8]
// Build first: node scripts/build.mjs. Data are bytes; times are those of whole epochs, a step each, least (median).
import { adam, dataset, dense, sequential, tensor } from "../../dist/index.js";

const rounds = Number(process.argv[2] ?? 8);

const CASES = [
  {
    name: "MLP 784-512-512-10, batch 128, Adam",
    widths: [784, 512, 512, 10],
    batch: 128,
    steps: 8,
  },
  { name: "MLP 784-64-10, batch 32, Adam", widths: [784, 64, 10], batch: 32, steps: 100 },
  { name: "small MLP 64-32-10, batch 32, Adam", widths: [64, 32, 10], batch: 32, steps: 300 },
];

function make({ widths: [inputs, ...units] }) {
  const model = sequential(
    units.map((n, i) =>
      dense({
        units: n,
        activation: i + 1 < units.length ? "relu" : "linear",
        inputShape: i === 0 ? [inputs] : undefined,
      }),
    ),
  );
  model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy" });
  return model;
}

/** The ways to give the same batches. */
function ways({ widths, batch, steps }) {
  const rows = batch * steps;
  const pixels = Uint8Array.from({ length: rows * widths[0] }, (_, i) => (i * 7919) % 251);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % widths.at(-1));
  const kept = dataset.fromArrays(tensor(pixels, [rows, widths[0]]), labels).shuffle(1);
  const one = (i) => ({
    x: pixels.subarray(i * widths[0], (i + 1) * widths[0]),
    y: tensor(labels.subarray(i, i + 1), []),
  });
  const generated = dataset.fromGenerator(
    function* () {
      for (let i = 0; i < rows; i++) yield one(i);
    },
    { size: rows },
  );
  return {
    kept: kept.batch(batch),
    streamed: kept.batch(batch).memoryBudget(0),
    "streamed through map": kept.map((sample) => sample).batch(batch),
    generator: generated.batch(batch),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
console.log(`${process.version}: ms a step, least (median); in brackets what is added to "kept"`);
for (const one of CASES) {
  const data = ways(one);
  const found = Object.fromEntries(Object.keys(data).map((way) => [way, []]));
  const models = Object.fromEntries(Object.keys(data).map((way) => [way, make(one)]));
  for (let round = 0; round < rounds; round++) {
    for (const way of Object.keys(data)) {
      const { seconds } = await models[way].fit(data[way], { epochs: round === 0 ? 3 : 2 });
      if (round > 0) found[way].push(...seconds.slice(1).map((s) => (1000 * s) / one.steps));
    }
  }
  console.log(one.name);
  const base = [Math.min(...found.kept), median(found.kept)];
  for (const [way, times] of Object.entries(found)) {
    const [a, b] = [Math.min(...times), median(times)];
    console.log(
      `  ${way.padEnd(22)}${a.toFixed(4)} (${b.toFixed(4)})   +${(a - base[0]).toFixed(4)} (+${(b - base[1]).toFixed(4)})`,
    );
  }
}
