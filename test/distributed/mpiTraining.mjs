// A rank of a training over MPI, or the same training alone: prints its losses and a hash of its weights as JSON.
//   mpiexec -n 2 node mpiTraining.mjs [backup folder] [steps after which rank 1 kills itself]
//   node mpiTraining.mjs --alone
//   THREADS=2, DISAGREE=1, FAIL=1: worker threads in each rank; ranks with different seeds; an error in rank 1 alone
import { adam, backupAndRestore, dense, init, sequential } from "../../dist/index.js";
import { mpiGroup } from "../../dist/distributed/index.js";

const [first, dieAfter] = process.argv.slice(2);
const alone = first === "--alone";
const backup = alone ? undefined : first;
const { THREADS = "1", DISAGREE, FAIL } = process.env;
await init({ reproducible: true, threads: Number(THREADS), splitWork: 1000 });
const group = alone ? null : await mpiGroup();
const ROWS = 203;
const x = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: 7 }, (_, j) => (((i * 7 + j * 3) * 37) % 101) / 50 - 1),
);
const y = x.map(([a, b, c]) => (a * b + c > 0 ? 1 : 0));
const model = sequential(
  [
    dense({ units: 33, activation: "relu", inputShape: [7], kernelRegularizer: "l2" }),
    dense({ units: 2, activation: "softmax" }),
  ],
  { seed: 3 },
);
model.compile({
  optimizer: adam({ learningRate: 0.01, globalClipNorm: 1 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
let steps = 0;
const die = {
  onBatchEnd: () => {
    if (group?.rank === 1 && ++steps === Number(dieAfter)) process.kill(process.pid, "SIGKILL");
  },
};
const fail = {
  onEpochEnd: () => {
    if (FAIL && group.rank === 1) throw new Error("an error of one rank");
  },
};
/** What all ranks refuse, all of them tell, and end in order. */
const told = (error) => {
  if (!DISAGREE) throw error;
  console.log(JSON.stringify({ rank: group.rank, error: error.message }));
  group.close();
  process.exit(1);
};
const training = model.fit(x, y, {
  epochs: 4,
  batchSize: 40,
  seed: DISAGREE ? group.rank : 1,
  group,
  validationSplit: 0.2,
  callbacks: [
    fail,
    ...(dieAfter === undefined ? [] : [die]),
    ...(backup === undefined ? [] : [backupAndRestore(backup, { saveFreq: 3 })]),
  ],
});
const { history } = await training.catch(told);
let hash = 0;
for (const { data } of model.getWeights())
  for (const word of new Uint32Array(data.buffer, data.byteOffset, data.length))
    hash = (Math.imul(hash, 31) + word) >>> 0;
console.log(JSON.stringify({ rank: group?.rank ?? 0, hash, ...history }));
group?.close();
