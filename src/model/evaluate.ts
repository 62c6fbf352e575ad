import { withDefaults } from "../errors.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type DataLike, samplesFor } from "./data.ts";
import { type Feed, feedOf } from "./feed.ts";
import { RunningMeans } from "./means.ts";
import type { AnyModel } from "./model.ts";
import type { Objective } from "./objective.ts";
import { ResidentData } from "./resident.ts";
import type { Runner, StepKind } from "./runner.ts";

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
  /** A weight for each sample. */
  sampleWeight?: TensorLike;
}

/** The steps that cover `rows` samples: full batches, and a smaller last one. */
export function stepsFor(
  kind: StepKind,
  rows: number,
  batch: number,
): (readonly [StepKind, number])[] {
  const rest = rows % batch;
  return [
    ...(rows >= batch ? [[kind, batch] as const] : []),
    ...(rest > 0 ? [[kind, rest] as const] : []),
  ];
}

/** Loss and metrics over data in linear memory, whose plans are prepared. */
export async function evaluateFeed(
  runner: Runner,
  feed: Feed,
  batch: number,
  objective: Objective,
): Promise<Record<string, number>> {
  const means = new RunningMeans(objective, runner.metricTerms);
  for (let from = 0; from < feed.rows; from += batch) {
    const count = Math.min(batch, feed.rows - from);
    const plan = runner.plan("evaluate", count, feed.dtypes);
    if (from === 0 || count < batch) runner.bind(plan, feed.source, 0);
    plan.setUint("cursor", from);
    plan.run();
    means.add(plan, count);
    if ((from / batch) % 64 === 63) await yieldToLoop();
  }
  return means.results();
}

/** Loss and metrics over some samples, in inference mode. */
export async function evaluate(
  model: AnyModel,
  x: DataLike,
  y: DataLike,
  options: EvaluateOptions,
): Promise<Record<string, number>> {
  const { batchSize, sampleWeight } = withDefaults<{
    batchSize: number | "all";
    sampleWeight: TensorLike | undefined;
  }>("evaluate", { batchSize: 32, sampleWeight: undefined }, options);
  const samples = samplesFor("evaluate", model, x, y, sampleWeight);
  const batch = batchSizeFor("evaluate", batchSize, samples.rows);
  const runner = await model.runner(samples.weight !== null);
  const data = new ResidentData(runner.engine);
  try {
    const feed = feedOf(data, samples);
    runner.prepare(stepsFor("evaluate", samples.rows, batch), feed.dtypes);
    runner.memory.fetch();
    return await evaluateFeed(runner, feed, batch, model.objective(samples.weight !== null));
  } finally {
    data.free();
  }
}
