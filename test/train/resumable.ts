import {
  type Model,
  batchNormalization,
  cosineDecay,
  dense,
  dropout,
  sequential,
  sgd,
} from "../../src/index.ts";

/** Rows that no batch size divides; an eighth is kept for validation. */
const ROWS = 211;

const x = Array.from({ length: ROWS }, (_, i) => [
  ((i * 7) % 31) / 31 - 0.5,
  ((i * 11) % 23) / 23 - 0.5,
  ((i * 5) % 17) / 17 - 0.5,
]);
const y = x.map(([a, b, c]) => (a! + b! * c! > 0 ? 1 : a! > b! ? 2 : 0));

/** What it is trained on. */
export const samples = [x, y] as const;

/** A small model with all that has state: masks, running means, slots, a schedule. */
export function makeModel(): Model {
  const model = sequential(
    [
      dense({ units: 9, activation: "relu", inputShape: [3] }),
      batchNormalization(),
      dropout({ rate: 0.3 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 3 },
  );
  const learningRate = cosineDecay({ initialLearningRate: 0.05, decaySteps: 200 });
  model.compile({
    optimizer: sgd({ learningRate, momentum: 0.9, globalClipNorm: 1, gradientNorm: true }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Options with all that has a place in the data: an order, a smaller last batch, weights, a validation. */
export const OPTIONS = {
  batchSize: 16,
  validationSplit: 0.125,
  seed: 11,
  classWeight: { 0: 1, 1: 2, 2: 0.5 },
} as const;
