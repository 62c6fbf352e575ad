// A rank of a training over MPI, or the same training alone: prints its losses and a hash of its weights as JSON.
//   mpiexec -n 2 node mpiTraining.mjs [backup folder] [steps after which rank 1 kills itself]
//   node mpiTraining.mjs --alone
//   MASKED=1: sequences that are padded unevenly, a label for each step, and a second output without a mask
//   THREADS=2, DISAGREE=1, FAIL=1: worker threads in each rank; ranks with different seeds; an error in rank 1 alone
import {
  adam,
  backupAndRestore,
  dense,
  embedding,
  init,
  input,
  lstm,
  model as functional,
  sequential,
} from "../../dist/index.js";
import { mpiGroup } from "../../dist/distributed/index.js";

const [first, dieAfter] = process.argv.slice(2);
const alone = first === "--alone";
const backup = alone ? undefined : first;
const { THREADS = "1", DISAGREE, FAIL, MASKED } = process.env;
await init({ reproducible: true, threads: Number(THREADS), splitWork: 1000 });
const group = alone ? null : await mpiGroup();
const ROWS = 203;

/** Words of 1 to 6 letters, the long ones behind the short ones of each batch, and what a step is called. */
function sequences() {
  const words = Array.from({ length: ROWS }, (_, i) => {
    const length = i % 40 < 20 ? 1 + (i % 2) : 3 + (i % 4);
    return Array.from({ length: 6 }, (_, j) => (j < length ? 1 + ((i * 5 + j * 3) % 8) : 0));
  });
  const tokens = input([6], { name: "tokens", dtype: "int32" });
  const steps = embedding({ inputDim: 9, outputDim: 5, maskZero: true })(tokens);
  const states = lstm({ units: 6, returnSequences: true })(steps);
  const net = functional({
    inputs: tokens,
    outputs: {
      kind: dense({ units: 3, activation: "softmax" })(states),
      length: dense({ units: 1 })(lstm({ units: 4 })(steps)),
    },
    seed: 3,
  });
  net.compile({
    optimizer: adam({ learningRate: 0.01, globalClipNorm: 1 }),
    loss: { kind: "sparseCategoricalCrossentropy", length: "meanSquaredError" },
    metrics: { kind: ["accuracy"] },
  });
  return {
    model: net,
    x: words,
    y: {
      kind: words.map((word) => word.map((letter) => letter % 3)),
      length: words.map((word) => [word.filter((letter) => letter > 0).length / 6]),
    },
  };
}

function rows() {
  const x = Array.from({ length: ROWS }, (_, i) =>
    Array.from({ length: 7 }, (_, j) => (((i * 7 + j * 3) * 37) % 101) / 50 - 1),
  );
  const y = x.map(([a, b, c]) => (a * b + c > 0 ? 1 : 0));
  const net = sequential(
    [
      dense({ units: 33, activation: "relu", inputShape: [7], kernelRegularizer: "l2" }),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 3 },
  );
  net.compile({
    optimizer: adam({ learningRate: 0.01, globalClipNorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return { model: net, x, y };
}

const { model, x, y } = MASKED ? sequences() : rows();
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
  shuffle: !MASKED, // the padding stays uneven
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
