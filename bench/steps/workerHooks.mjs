// What hooks at batches cost a training in a worker: milliseconds a step, and bytes that come from the worker a step.
//   node bench/steps/workerHooks.mjs [rounds, default 5]
// Build first: node scripts/build.mjs. Each case is a training of its own, in turns; the figures are medians.
import { Worker } from "node:worker_threads";
import * as thalweg from "../../dist/index.js";
import { PROBLEMS, dataOf, modelIn } from "../problems.mjs";

const rounds = Number(process.argv[2] ?? 5);
const STEPS = 200;

/** A terminal that is not drawn on. */
const { write } = process.stdout;
function inTerminal(make) {
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  const callback = make();
  process.stdout.isTTY = isTTY;
  return callback;
}

const CASES = {
  "no callback": () => [],
  "a callback at epochs": () => [{ onEpochEnd() {} }],
  "progress() in a terminal": () => [inTerminal(thalweg.progress)],
  "backupAndRestore, every 50 batches": () => [
    thalweg.backupAndRestore(thalweg.memoryStore(), { saveFreq: 50 }),
  ],
  "a hook that may look at weights": () => [{ onBatchEnd() {} }],
};

/** Bytes of the arrays in a message, and some for the rest. */
function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof Map) return bytesOf([...value.values()]);
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum, part) => sum + bytesOf(part), 0);
}

/** Milliseconds and bytes of a step. */
async function step(problem, callbacks, counted) {
  const { x, y } = dataOf(problem);
  const rows = STEPS * problem.batch;
  const width = x.length / y.length;
  const samples = new Float32Array(rows * width);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    samples.set(x.subarray((i % y.length) * width, ((i % y.length) + 1) * width), i * width);
    labels[i] = y[i % y.length];
  }
  let bytes = 0;
  let epoch = 0;
  let began = 0;
  let milliseconds = 0;
  const worker = () => {
    const thread = new Worker(new URL("workerHooksThread.mjs", import.meta.url));
    if (counted) thread.on("message", (message) => epoch === 2 && (bytes += bytesOf(message)));
    return thread;
  };
  const clock = {
    onEpochBegin() {
      epoch++;
      began = performance.now();
    },
    onEpochEnd() {
      milliseconds = performance.now() - began;
    },
  };
  const model = modelIn(thalweg, problem);
  process.stdout.write = () => true;
  const { log } = console;
  console.log = () => {};
  await model.fit(thalweg.tensor(samples, [rows, width]), labels, {
    epochs: 2, // the first one warms up
    batchSize: problem.batch,
    worker,
    callbacks: [clock, ...callbacks()],
  });
  console.log = log;
  process.stdout.write = write;
  model.release();
  return { milliseconds: milliseconds / STEPS, bytes: bytes / STEPS };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
for (const problem of [PROBLEMS.mlp, PROBLEMS.small]) {
  console.log(`${problem.label}, ${STEPS} steps an epoch`);
  const times = Object.fromEntries(Object.keys(CASES).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, callbacks] of Object.entries(CASES))
      times[name].push((await step(problem, callbacks, false)).milliseconds);
  for (const [name, callbacks] of Object.entries(CASES)) {
    const { bytes } = await step(problem, callbacks, true);
    console.log(
      `  ${name.padEnd(36)} ${median(times[name]).toFixed(3).padStart(8)} ms ${Math.round(bytes).toString().padStart(10)} bytes`,
    );
  }
}
