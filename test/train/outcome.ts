import { createHash } from "node:crypto";
import {
  type Callback,
  type FitOptions,
  earlyStopping,
  reduceLROnPlateau,
} from "../../src/index.ts";
import { OPTIONS, makeModel, samples } from "./resumable.ts";

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
  const { history, epoch } = await model.fit(...samples, {
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
