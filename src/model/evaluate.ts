import { OptionError, withDefaults } from "../errors.ts";
import { regionsOf } from "../memory/regions.ts";
import type { Plan } from "../plan/plan.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import type { Description } from "../train/data/described.ts";
import { Turns } from "../train/turns.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type DataLike, checkWeights, samplesFor } from "./data.ts";
import { type Feed, type FeedSource, residentSource } from "./feed.ts";
import { elsewhere } from "./elsewhere.ts";
import { lazySource } from "./lazySource.ts";
import { RunningMeans } from "./means.ts";
import type { AnyModel } from "./model.ts";
import type { Objective } from "./objective.ts";
import { ResidentData } from "./resident.ts";
import { type RunOptions, RUN_DEFAULTS, type Running, runningUntil } from "./runOptions.ts";
import type { BatchSource, Runner } from "./runner.ts";

/** Options of `evaluate`. */
export interface EvaluateOptions extends RunOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
  /** A weight for each sample. */
  sampleWeight?: TensorLike;
}

/** Options of `evaluate` with the defaults filled in. */
export type AllEvaluateOptions = Required<RunOptions> & {
  readonly batchSize: number | "all" | undefined;
  readonly sampleWeight: TensorLike | undefined;
};

/** Loss and metrics over one pass of a feed, by a runner that is held. */
export async function evaluateFeed(
  runner: Runner,
  feed: Feed,
  objective: Objective,
  turns: Turns = new Turns(),
): Promise<Record<string, number>> {
  const means = new RunningMeans(objective, runner.metricTerms);
  feed.begin(0);
  let [bound, size]: [BatchSource | null, number] = [null, 0];
  let plan: Plan | null = null;
  let generation = -1;
  let again = false;
  for (;;) {
    const next = again ? size : feed.next();
    const count = typeof next === "number" ? next : await next;
    if (count === 0) return means.results();
    if (size !== count) {
      const loading = runner.prepare([["evaluate", count]], feed.dtypes);
      if (loading) await loading;
    }
    if (size !== count || generation !== runner.generation) {
      plan = runner.plan("evaluate", count, feed.dtypes);
      generation = runner.generation;
      bound = null;
    }
    if (bound !== feed.source) runner.bind(plan!, feed.source, feed.order);
    [bound, size] = [feed.source, count];
    runner.memory.fetch();
    plan!.setUint("cursor", feed.cursor);
    const lost = plan!.attempt();
    again = lost !== null;
    if (lost) {
      await lost;
      bound = null;
      continue;
    }
    means.add(plan!, count);
    if (turns.due()) await turns.take();
  }
}

/**
 * Loss and metrics over some samples, in inference mode.
 *
 * @param x  samples, or what describes a dataset
 * @param y  labels; null with a dataset
 * @param running  in a worker: how it pauses there
 */
export async function evaluate(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: EvaluateOptions,
  running?: Running,
): Promise<Record<string, number>> {
  const all = withDefaults<AllEvaluateOptions>(
    "evaluate",
    { ...RUN_DEFAULTS, batchSize: undefined, sampleWeight: undefined },
    options,
  );
  const { batchSize, sampleWeight, worker, signal } = all;
  const { turns, start } = running ?? runningUntil("evaluate", signal);
  if (worker) return (await elsewhere()).evaluateInWorker(model, x, y, all);
  let source: FeedSource;
  if (y === null) {
    if (sampleWeight !== undefined)
      throw new OptionError("evaluate: a dataset has sampleWeight of its own; leave it out");
    // One pass: samples that were kept in linear memory would be read once as well.
    source = await lazySource(x as Description, {
      subject: "evaluate",
      batchSize,
      resident: false,
      checked: (where, batch) => samplesFor(where, model, batch.x, batch.y, batch.sampleWeight),
    });
  } else {
    const samples = samplesFor("evaluate", model, x as DataLike, y, sampleWeight);
    checkWeights("evaluate", samples);
    const batch = batchSizeFor("evaluate", batchSize ?? 32, samples.rows);
    source = residentSource(samples, batch);
  }
  let [data, feed]: [ResidentData | null, Feed | null] = [null, null];
  let letGo: (() => void) | null = null;
  try {
    const engine = await start(model);
    // Weights of 1 change nothing, and a training with weights that goes on beside keeps its plans.
    const runner = model.runnerOn(engine, source.weighted || null);
    letGo = runner.hold();
    const steps = source.sizes.map((n) => ["evaluate", n] as const);
    regionsOf(engine).require("evaluate", {
      data: source.bytes,
      [`activations of a batch of ${source.batch}`]: runner.missingBytes(steps),
    });
    data = new ResidentData(engine);
    feed = source.place(data, runner.weighted);
    const loading = runner.prepare(steps, feed.dtypes);
    if (loading) await loading;
    return await evaluateFeed(runner, feed, model.objective(runner.weighted), turns);
  } finally {
    data?.free();
    letGo?.();
    await (feed ?? source).end();
  }
}
