import { createHash } from "node:crypto";
import {
  type Callback,
  type Model,
  batchNormalization,
  cosineDecay,
  dense,
  dropout,
  earlyStopping,
  reduceLROnPlateau,
  sequential,
  sgd,
} from "../../src/index.ts";
import type { FitOptions } from "../../src/index.ts";

/** Rows that no batch size divides; an eighth is kept for validation. */
const ROWS = 211;

const x = Array.from({ length: ROWS }, (_, i) => [
  ((i * 7) % 31) / 31 - 0.5,
  ((i * 11) % 23) / 23 - 0.5,
  ((i * 5) % 17) / 17 - 0.5,
]);
const y = x.map(([a, b, c]) => (a! + b! * c! > 0 ? 1 : a! > b! ? 2 : 0));

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

/** Callbacks that remember something. */
export function remembering(): Callback[] {
  return [
    reduceLROnPlateau({ patience: 1, factor: 0.7, minDelta: 0.01 }),
    earlyStopping({ patience: 1000, restoreBestWeights: true }),
  ];
}

/** Trains, and gives a hash of everything that came out, but for the time that it took. */
export async function outcome(
  epochs: number,
  more: readonly Callback[] = [],
  options: FitOptions = {},
): Promise<string> {
  const model = makeModel();
  const { history, epoch } = await model.fit(x, y, {
    ...OPTIONS,
    ...options,
    epochs,
    callbacks: [...remembering(), ...more],
  });
  const weights = model.getWeights().map((t) => [...new Uint32Array(t.data.slice().buffer)]);
  const slots = [...model.optimizerSnapshot().slots].map(([slot, held]) => [
    slot,
    model.variables.map((v) => [...new Uint32Array(held.get(v.name)?.slice().buffer ?? [])]),
  ]);
  const all = JSON.stringify({ weights, slots, history, epoch });
  return createHash("sha256").update(all).digest("hex");
}
