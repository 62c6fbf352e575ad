// What a doctor adds to a step when it looks every 50 steps: training with it and without, interleaved.
//   node bench/doctor.mjs [rounds]
import * as thalweg from "../dist/index.js";

const { conv2d, dense, doctor, flatten, maxPooling2d, reshape, sequential, tensor, Random } =
  thalweg;
const ROUNDS = Number(process.argv[2] ?? 9);
const random = new Random(1);
const rows = 3200; // 100 steps of 32

/**
 * Networks from one whose step takes microseconds to one of convolutions: inputs, epochs of 100 steps, layers. A
 * training that takes some ms in all would show what it costs to make the plan of the looks, once.
 */
const NETWORKS = {
  "mlp 64-64-10": [64, 40, () => [dense({ units: 64, activation: "relu" })]],
  "mlp 784-256-256-10": [
    784,
    2,
    () => [dense({ units: 256, activation: "relu" }), dense({ units: 256, activation: "relu" })],
  ],
  "cnn 28x28, 16-32": [
    784,
    1,
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
    hook: () => [{ onBatchEnd: () => {} }],
    doctor: () => [doctor({ every: 50, print: null })],
  };
  const times = { plain: [], hook: [], doctor: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const [plan, callbacks] of Object.entries(plans)) {
      const { user, system } = process.cpuUsage();
      await model.fit(x, y, { epochs, callbacks: callbacks(), seed: 1 });
      const after = process.cpuUsage();
      if (round >= 0)
        times[plan].push((after.user + after.system - user - system) / (100 * epochs));
    }
  }
  const [plain, hook, watched] = ["plain", "hook", "doctor"].map((plan) =>
    quantile(times[plan], 0.25),
  );
  const percent = (a, b) => `${(100 * (a / b - 1)).toFixed(1)} %`;
  console.log(
    `${name.padEnd(20)} ${plain.toFixed(0)} us a step; any callback ${percent(hook, plain)}, doctor ${percent(watched, plain)}`,
  );
}
process.exit(0);
