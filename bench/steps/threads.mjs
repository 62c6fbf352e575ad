// Whole training steps on one thread and on several, in turns in one run:
//   node bench/steps/threads.mjs [threads, default 2] [rounds, default 12] [part of a case's name] [splitWork]
// Build first: node scripts/build.mjs. A round measures one thread and several right after each other, so the ratio
// of a round knows little of what the neighbours of the machine do; the median of those ratios is the figure.
import { init, tensor } from "../../dist/index.js";
import * as thalweg from "../../dist/index.js";
import { PROBLEMS, dataOf, modelIn } from "../problems.mjs";

const threads = Number(process.argv[2] ?? 2);
const rounds = Number(process.argv[3] ?? 12);
const filter = process.argv[4] ?? "";
const splitWork = process.argv[5] === undefined ? undefined : Number(process.argv[5]);

const { mlp, lenet, cnnbn, small } = PROBLEMS;
const between = {
  ...mlp,
  label: "MLP 128-64-10, batch 32, Adam",
  inputs: 128,
  units: [64, 10],
  batch: 32,
};
const CASES = [mlp, lenet, cnnbn, between, small].filter(({ label }) => label.includes(filter));
/** Milliseconds that a measurement takes, without its first epochs, in which wasm is still being optimized. */
const SAMPLE_MS = 400;
const WARM_EPOCHS = 3;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.round(q * (values.length - 1))];

/** Median of the milliseconds of a step. */
async function step(problem) {
  const { rows, x, y } = dataOf(problem);
  const model = modelIn(thalweg, problem);
  const samples = tensor(x, [rows, ...(problem.shape ?? [problem.inputs])]);
  const times = [];
  let last = 0;
  let epochs = 0;
  let until = Infinity;
  const controller = new AbortController();
  const clock = {
    onEpochBegin: () => {
      last = performance.now();
      if (++epochs === WARM_EPOCHS + 1) until = last + SAMPLE_MS;
    },
    onBatchEnd: () => {
      const now = performance.now();
      if (epochs > WARM_EPOCHS) times.push(now - last);
      if (now > until) controller.abort();
      last = now;
    },
  };
  const options = { batchSize: problem.batch, shuffle: false, callbacks: [clock] };
  await model
    .fit(samples, tensor(y, [rows]), { ...options, epochs: 1e6, signal: controller.signal })
    .catch((error) => {
      if (!controller.signal.aborted) throw error;
    });
  model.release();
  return median(times);
}

/** The same on an engine of its own. */
async function stepOn(count, problem) {
  const engine = await init({
    threads: count,
    ...(splitWork === undefined ? {} : { splitWork }),
  });
  if (engine.threads !== count) throw new Error(engine.info().notes.join("; "));
  try {
    return await step(problem);
  } finally {
    await engine.close();
  }
}

console.log(
  `${process.version}: ms a step, medians; the ratio is of each round, its median and quartiles`,
);
console.log(`| case | 1 thread | ${threads} threads | times as fast |`);
console.log("|---|---|---|---|");
for (const problem of CASES) {
  const one = [];
  const many = [];
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes, as the second finds warmer caches and a busier or idler neighbour.
    if (round % 2 === 0) one.push(await stepOn(1, problem));
    many.push(await stepOn(threads, problem));
    if (round % 2 === 1) one.push(await stepOn(1, problem));
  }
  const ratios = one.map((ms, i) => ms / many[i]);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
  const cells = [problem.label, median(one).toFixed(4), median(many).toFixed(4)];
  console.log(`| ${cells.join(" | ")} | ${middle} (${low} to ${high}) |`);
}
