import { NonFiniteError, withDefaults } from "../errors.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { type DataLike, samplesFor } from "./data.ts";
import { residentSource } from "./feed.ts";
import { RunningMeans } from "./means.ts";
import type { AnyModel } from "./model.ts";
import { ResidentData } from "./resident.ts";
import type { Runner } from "./runner.ts";

/**
 * One training step on one batch.
 *
 * @returns loss and metrics of the batch, before the update
 * @throws NonFiniteError where the loss is not finite; the weights are left as they were
 */
export async function trainOnBatch(
  model: AnyModel,
  x: DataLike,
  y: DataLike,
  options: { sampleWeight?: TensorLike; seed?: number } = {},
): Promise<Record<string, number>> {
  const { sampleWeight, seed } = withDefaults<typeof options>(
    "trainOnBatch",
    { sampleWeight: undefined, seed: undefined },
    options,
  );
  const samples = samplesFor("trainOnBatch", model, x, y, sampleWeight);
  const weighted = samples.weight !== null;
  const engine = await model.start();
  const data = new ResidentData(engine);
  let letGo: (() => void) | null = null;
  try {
    const feed = residentSource(samples, samples.rows).place(data, weighted);
    feed.begin(0);
    let runner: Runner;
    for (;;) {
      runner = model.runnerOn(engine, weighted);
      const loading = runner.prepare([["train", samples.rows]], feed.dtypes);
      if (!loading) break;
      await loading; // others may have released the model in between
    }
    letGo = runner.hold();
    const plan = runner.plan("train", samples.rows, feed.dtypes);
    runner.memory.take();
    runner.bind(plan, feed.source, 0);
    if (!runner.trainStep(plan, 0, seed ?? model.seed)) {
      const { source, dtypes } = feed;
      const at = { source, order: 0, cursor: 0, batch: samples.rows, dtypes };
      const loss = runner.scalar(plan, "loss");
      const { locateNonFinite } = await import("./nonFinite.ts");
      runner.memory.fetch();
      const place = locateNonFinite(runner, at);
      throw new NonFiniteError(`trainOnBatch: the loss is ${loss}; ${place.text}`, place);
    }
    const means = new RunningMeans(model.objective(weighted), runner.metricTerms);
    means.add(plan, samples.rows);
    return means.results();
  } finally {
    data.free();
    letGo?.();
  }
}
