// Whole training steps on one thread and on several, interleaved in one run:
//   node bench/steps/threads.mjs [threads, default 2] [rounds, default 12] [part of a case's name] [splitWork]
// Build first: node scripts/build.mjs. The least step is the one that fell between the neighbours' work;
// the median shows what they cost.
import { adam, dense, init, sequential, sgd, tensor } from "../../dist/index.js";

const threads = Number(process.argv[2] ?? 2);
const rounds = Number(process.argv[3] ?? 12);
const filter = process.argv[4] ?? "";
const splitWork = process.argv[5] === undefined ? undefined : Number(process.argv[5]);

const CASES = [
  {
    name: "MLP 784-512-512-10, batch 128, Adam",
    widths: [784, 512, 512, 10],
    batch: 128,
    steps: 4,
    optimizer: () => adam(),
  },
  {
    name: "MLP 256-128-128-10, batch 64, Adam",
    widths: [256, 128, 128, 10],
    batch: 64,
    steps: 40,
    optimizer: () => adam(),
  },
  {
    name: "MLP 128-64-10, batch 32, Adam",
    widths: [128, 64, 10],
    batch: 32,
    steps: 100,
    optimizer: () => adam(),
  },
  {
    name: "small MLP 64-32-10, batch 32, momentum",
    widths: [64, 32, 10],
    batch: 32,
    steps: 200,
    optimizer: () => sgd({ momentum: 0.9 }),
  },
].filter(({ name }) => name.includes(filter));

/** Milliseconds of each step of a training, without its first epochs, in which wasm is still being optimized. */
async function step({ widths, batch, steps, optimizer }) {
  const [inputs, ...units] = widths;
  const layers = units.map((n, i) =>
    dense({
      units: n,
      activation: i + 1 < units.length ? "relu" : "linear",
      inputShape: i === 0 ? [inputs] : undefined,
    }),
  );
  const model = sequential(layers);
  model.compile({ optimizer: optimizer(), loss: "sparseCategoricalCrossentropy" });
  const rows = batch * steps;
  const x = tensor(
    Float32Array.from({ length: rows * inputs }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
    [rows, inputs],
  );
  const y = Int32Array.from({ length: rows }, (_, i) => i % units.at(-1));
  const times = [];
  let last = 0;
  let epochs = 0;
  const clock = {
    onEpochBegin: () => {
      epochs++;
      last = performance.now();
    },
    onBatchEnd: () => {
      const now = performance.now();
      if (epochs > 5) times.push(now - last);
      last = now;
    },
  };
  await model.fit(x, y, { epochs: 25, batchSize: batch, shuffle: false, callbacks: [clock] });
  return times;
}

const found = CASES.map(() => ({ one: [], many: [] }));
for (let round = 0; round < rounds; round++) {
  for (const [kind, count] of [
    ["one", 1],
    ["many", threads],
  ]) {
    const engine = await init({
      threads: count,
      ...(splitWork === undefined ? {} : { splitWork }),
    });
    if (engine.threads !== count) throw new Error(engine.info().notes.join("; "));
    for (const [i, one] of CASES.entries()) found[i][kind].push(...(await step(one)));
    await engine.close();
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const least = (values) => values.reduce((a, b) => Math.min(a, b));
console.log(`${process.version}: ms a step, least (median)`);
console.log(`| case | 1 thread | ${threads} threads | 1 / ${threads} |`);
console.log("|---|---|---|---|");
CASES.forEach(({ name }, i) => {
  const { one, many } = found[i];
  const text = (values) => `${least(values).toFixed(4)} (${median(values).toFixed(4)})`;
  const ratio = (f) => (f(one) / f(many)).toFixed(2);
  console.log(`| ${name} | ${text(one)} | ${text(many)} | ${ratio(least)} (${ratio(median)}) |`);
});
