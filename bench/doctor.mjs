// What a doctor adds to a step when it looks every 50 steps: training with it and without, in turns whose order
// changes from round to round, on the processor's clock. A figure is the median of the rounds' own ratios, with its
// quartiles; "again" is the plain training once more in the same round, so its figure is what is noise.
//   node bench/doctor.mjs [rounds]
import * as thalweg from "../dist/index.js";

const { conv2d, dense, doctor, flatten, maxPooling2d, reshape, sequential, tensor, Random } =
  thalweg;
const ROUNDS = Number(process.argv[2] ?? 15);
const random = new Random(1);
const rows = 3200; // 100 steps of 32

/**
 * Networks from one whose step takes microseconds to one of convolutions: inputs, epochs of 100 steps, layers. A
 * training that takes some ms in all would show what it costs to make the plan of the looks, once.
 */
const NETWORKS = {
  "mlp 64-64-10": [64, 100, () => [dense({ units: 64, activation: "relu" })]],
  "mlp 784-256-256-10": [
    784,
    4,
    () => [dense({ units: 256, activation: "relu" }), dense({ units: 256, activation: "relu" })],
  ],
  "cnn 28x28, 16-32": [
    784,
    3,
    () => [
      reshape({ targetShape: [28, 28, 1] }),
      conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      maxPooling2d({}),
      conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      maxPooling2d({}),
      flatten({}),
    ],
  ],
};

const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))];

for (const [name, [inputs, epochs, layers]] of Object.entries(NETWORKS)) {
  const x = tensor(
    Float32Array.from({ length: rows * inputs }, () => random.uniform()),
    [rows, inputs],
  );
  const y = tensor(Int32Array.from({ length: rows }, () => random.integer(10)));
  const model = sequential([...layers(), dense({ units: 10, activation: "softmax" })], { seed: 1 });
  model.build([inputs]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  // An empty hook pays for being called after every batch, as any callback does.
  const plans = {
    plain: () => [],
    again: () => [],
    hook: () => [{ onBatchEnd: () => {} }],
    doctor: () => [doctor({ every: 50, print: null })],
  };
  const names = Object.keys(plans);
  const times = { plain: [], again: [], hook: [], doctor: [] };
  for (let round = -2; round < ROUNDS; round++) {
    for (let i = 0; i < names.length; i++) {
      const plan = names[(i + round + 2) % names.length];
      const callbacks = plans[plan]();
      const { user, system } = process.cpuUsage();
      await model.fit(x, y, { epochs, callbacks, seed: 1 });
      const after = process.cpuUsage();
      if (round >= 0)
        times[plan].push((after.user + after.system - user - system) / (100 * epochs));
    }
  }
  // What its hooks take by themselves: medians of looks, and of what is kept before them, which no other load moves.
  const own = { keep: [], look: [] };
  const watch = doctor({ every: 50, print: null });
  let step = 0;
  const timed = {
    setModel: watch.setModel,
    onTrainBegin: watch.onTrainBegin,
    onTrainEnd: watch.onTrainEnd,
    hears: (batch) => (step++, watch.hears(batch)),
    async onBatchEnd(batch, logs) {
      const began = performance.now();
      await watch.onBatchEnd(batch, logs);
      own[step % 50 === 0 ? "look" : "keep"].push(1000 * (performance.now() - began));
    },
  };
  await model.fit(x, y, { epochs, callbacks: [timed], seed: 1 });
  const share =
    (quantile(own.look, 0.5) + quantile(own.keep, 0.5)) / (50 * quantile(times.plain, 0.5));
  const added = (plan) => {
    const ratios = times[plan].map((t, i) => 100 * (t / times.plain[i] - 1));
    const [low, mid, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(1));
    return `${plan} ${mid} % (${low} to ${high})`;
  };
  console.log(
    `${name.padEnd(20)} ${quantile(times.plain, 0.5).toFixed(0)} us a step; ${["again", "hook", "doctor"].map(added).join(", ")}; its own hooks ${(100 * share).toFixed(1)} %`,
  );
}
process.exit(0);
