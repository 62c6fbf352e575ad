import { type NonFinitePlace, OptionError } from "../errors.ts";
import type { Json } from "../io/json.ts";
import { type Arithmetic, arithmeticOf } from "../kernels/arithmetic.ts";
import type { Engine } from "../kernels/engine.ts";
import { regionsOf } from "../memory/regions.ts";
import type { Plan } from "../plan/plan.ts";
import type { CallbackState } from "../train/callbacks.ts";
import type { Trainer } from "../train/trainer.ts";
import type { Turns } from "../train/turns.ts";
import { evaluateFeed } from "./evaluate.ts";
import type { Feed, FeedSource } from "./feed.ts";
import { RunningMeans } from "./means.ts";
import type { AnyModel } from "./model.ts";
import type { Compiled, Objective } from "./objective.ts";
import { ResidentData } from "./resident.ts";
import type { FitNumbers } from "./restoreFit.ts";
import type { MeanStatistics } from "./meanStatistics.ts";
import type { BatchDtypes, BatchSource, Runner, StepKind } from "./runner.ts";
import { modelTensors } from "./save.ts";
import type { Share } from "./share.ts";

/** What a model is trained with. */
export interface FitData {
  readonly source: FeedSource;
  /** Samples for validation. */
  readonly held: FeedSource | null;
  readonly seed: number;
  /** This process's part where several train together. */
  readonly share: Share | null;
  /** How passes over the data outside of the loop share the thread, and end at a signal. */
  readonly turns: () => Turns;
}

/** A model as the training loop sees it: its plans, its data in linear memory, and its running means. */
export class FitTrainer implements Trainer {
  readonly model: AnyModel;
  readonly arithmetic: Arithmetic;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly samples: number | null;
  private readonly source: FeedSource;
  private readonly heldSource: FeedSource | null;
  private readonly seed: number;
  private readonly compiled: Compiled;
  /** Whether plans read a weight of each sample. */
  private readonly weighted: boolean;
  private readonly objective: Objective;
  private readonly means: RunningMeans;
  private readonly data: ResidentData;
  private readonly feed: Feed;
  private readonly heldFeed: Feed | null;
  private readonly share: Share | null;
  private readonly turns: () => Turns;
  /** Running statistics for a mean of the weights, once one was needed. */
  private statistics: MeanStatistics | null = null;
  runner: Runner;
  private plan: Plan | null = null;
  /** What the plan is bound to: the columns, and the size of the batch. */
  private bound: BatchSource | null = null;
  private size = 0;
  private epoch = 0;
  /** Of its rows, behind the batch's first one. */
  private offset = 0;
  private generation = 0;

  /** @throws MemoryError */
  constructor(model: AnyModel, engine: Engine, { source, held, seed, share, turns }: FitData) {
    const { batch, samples } = source;
    const weighted = source.weighted || held?.weighted === true;
    const runner = model.runnerOn(engine, weighted);
    this.share = share;
    this.turns = turns;
    runner.shared = share !== null;
    this.model = model;
    this.runner = runner;
    this.source = source;
    this.heldSource = held;
    this.seed = seed;
    this.compiled = model.compiled;
    this.arithmetic = arithmeticOf(runner.engine);
    this.batchSize = batch;
    this.samples = samples;
    this.steps = samples === null ? null : Math.ceil(samples / batch);
    this.weighted = weighted;
    this.objective = model.objective(this.weighted);
    regionsOf(runner.engine).require("fit", {
      data: source.bytes + (held?.bytes ?? 0),
      [`activations of a batch of ${batch}`]: runner.missingBytes([
        ...this.trainPlans,
        ...this.heldPlans,
      ]),
    });
    this.data = new ResidentData(runner.engine);
    try {
      this.feed = source.place(this.data, this.weighted);
      this.heldFeed = held?.place(this.data, this.weighted) ?? null;
    } catch (error) {
      this.data.free();
      throw error;
    }
    this.means = new RunningMeans(this.objective, runner.metricTerms);
  }

  get leads(): boolean {
    return this.share === null || this.share.group.rank === 0;
  }

  get validates(): boolean {
    return this.heldFeed !== null;
  }

  private get trainPlans(): (readonly [StepKind, number])[] {
    return this.source.sizes.map((n) => ["train", this.rows(n)] as const);
  }

  /** Rows of a batch that are trained on here. */
  private rows(count: number): number {
    return this.share?.rows(count) ?? count;
  }

  private get heldPlans(): (readonly [StepKind, number])[] {
    return this.heldSource?.sizes.map((n) => ["evaluate", n] as const) ?? [];
  }

  /** Makes all plans that are known to be needed. */
  async prepare(): Promise<void> {
    const { feed, heldFeed } = this;
    await this.prepared(this.trainPlans, feed.dtypes);
    if (heldFeed) await this.prepared(this.heldPlans, heldFeed.dtypes);
    if (!this.share) return;
    const { seed, batchSize, samples } = this;
    const { trainedBytes } = this.runner.memory;
    this.share.agree({
      seed,
      batchSize,
      "the number of samples": samples ?? -1,
      "the bytes of weights": trainedBytes,
      "fused multiply-add (init({ reproducible: true }) leaves it out)":
        this.arithmetic.rounding === "fused" ? 1 : 0,
    });
    this.retake();
    this.share.shareAll(this.runner);
  }

  /** Makes plans on the runner of now: others may have their turn while kernels are loaded. */
  private async prepared(
    plans: readonly (readonly [StepKind, number])[],
    dtypes: BatchDtypes,
  ): Promise<void> {
    for (;;) {
      if (this.runner.isFree) this.renew();
      const loading = this.runner.prepare(plans, dtypes);
      if (!loading) return;
      await loading;
    }
  }

  beginEpoch(epoch: number, batch: number): void {
    // What a callback or a pause has frozen or unfrozen takes effect here.
    this.model.runnerOn(this.runner.engine, this.weighted);
    this.retake();
    // One that has not found the checkpoint of the others would train out of step with them, or wait for ever.
    this.share?.agree({ "the epoch": epoch, "the first batch of the epoch": batch });
    this.epoch = epoch;
    this.feed.begin(epoch, batch);
    if (batch === 0) this.means.reset();
    this.bound = null;
  }

  next(): number | Promise<number> {
    return this.feed.next();
  }

  ready(count: number): Promise<void> | undefined {
    const rows = this.rows(count);
    const counting = this.share?.ready(this.runner, rows, this.feed.dtypes);
    if (counting) {
      return counting.then(() => {
        this.retake();
        return this.ready(count);
      });
    }
    this.offset = this.share?.offset(count) ?? 0;
    if (this.bound === this.feed.source && this.size === rows) return undefined;
    if (this.bound !== null && this.size === rows) return this.bind(rows);
    const loading = this.runner.prepare([["train", rows]], this.feed.dtypes);
    if (!loading) return this.bind(rows);
    return loading.then(() => {
      this.retake();
      return this.ready(count);
    });
  }

  step(count: number): boolean {
    const { share, runner, feed, seed } = this;
    const plan = this.plan!;
    const finite = share
      ? share.step(runner, plan, feed, count, seed)
      : runner.trainStep(plan, feed.cursor, seed);
    const counted = share?.counted(count) ?? count;
    if (finite && counted > 0) this.means.add(plan, counted);
    return finite;
  }

  gather(): void {
    const { share, means, runner } = this;
    if (!share) return;
    if (!share.hasRowsAlways) means.dropPenalties();
    means.sumsSoFar = share.sum(means.sumsSoFar);
    share.shareState(runner);
  }

  /** Points the plan of this size at the data. */
  private bind(count: number): undefined {
    const { feed, runner } = this;
    this.plan = runner.plan("train", count, feed.dtypes);
    this.bound = feed.source;
    this.size = count;
    this.generation = runner.generation;
    runner.bind(this.plan, feed.source, feed.order);
  }

  retake(): void {
    if (this.runner.isFree) this.renew();
    if (this.generation !== this.runner.generation) this.bound = null;
    this.runner.memory.take();
  }

  /** Goes on with another runner, where the model was released or frozen otherwise in a hook or a pause. */
  private renew(): void {
    const { model, runner: before } = this;
    if (!model.isCompiled || model.compiled !== this.compiled) {
      throw new OptionError(
        `model "${model.name}": was compiled anew while it is trained; end the training first`,
      );
    }
    this.runner = model.runnerOn(before.engine, this.weighted);
    this.runner.shared = this.share !== null;
    this.runner.optimizer!.norms = before.optimizer!.norms;
    this.bound = null;
  }

  async nonFinite(): Promise<{ loss: number; place: NonFinitePlace }> {
    const loss = this.runner.scalar(this.plan!, "loss");
    const { locateNonFinite } = await import("./nonFinite.ts");
    this.retake();
    const { source, order, dtypes } = this.feed;
    const cursor = this.feed.cursor + this.offset;
    const batch = { source, order, cursor, batch: this.size, dtypes };
    return { loss, place: locateNonFinite(this.runner, batch) };
  }

  results(): Record<string, number> {
    return this.means.results();
  }

  async evaluate(): Promise<Record<string, number>> {
    const { runner } = this;
    const letGo = runner.hold();
    runner.optimizer!.swapAverage();
    let putBack: (() => void) | null = null;
    try {
      putBack = await this.placeStatistics(false);
      return await evaluateFeed(runner, this.heldFeed!, this.objective, this.turns());
    } finally {
      letGo();
      // Where the model was released meanwhile, what was swapped went along.
      this.retake();
      putBack?.();
      this.runner.optimizer!.swapAverage();
    }
  }

  async judged(): Promise<Float32Array<ArrayBuffer>[] | null> {
    if (!this.validates || !this.runner.optimizer!.averages) return null;
    const { judgedValues } = await import("./meanStatistics.ts");
    this.retake();
    return judgedValues(this, this.statistics);
  }

  endEpoch(): { gradientNorm: number | null; learningRate: number } {
    const optimizer = this.runner.optimizer!;
    const { learningRate } = optimizer;
    const gradientNorm = optimizer.takeGradientNorm();
    optimizer.endEpoch();
    return { gradientNorm, learningRate };
  }

  async endTraining(): Promise<void> {
    this.retake();
    const { runner } = this;
    const letGo = runner.hold();
    runner.optimizer!.swapAverage();
    try {
      await this.placeStatistics(true);
    } finally {
      letGo();
      this.retake();
      this.runner.optimizer!.swapAverage();
    }
    this.runner.optimizer!.adoptAverage();
  }

  /**
   * Places statistics for the mean of the weights, where one is kept (SWA).
   *
   * @param whole  whether all batches must have a part in them
   * @returns what puts those of before back, or null
   */
  private async placeStatistics(whole: boolean): Promise<(() => void) | null> {
    if (this.runner.optimizer!.weightsInMean === 0) return null;
    const { MeanStatistics, exchange } = await import("./meanStatistics.ts");
    this.statistics ??= new MeanStatistics(this.feed, this.seed);
    const before = await this.statistics.place(this.runner, this.epoch, whole, this.turns());
    return () => void exchange(this.runner, before);
  }

  private get identity(): FitNumbers["data"] {
    const { batch: batchSize, samples, seed: shuffleSeed } = this.source;
    return { seed: this.seed, shuffleSeed, batchSize, samples };
  }

  /** What a checkpoint holds besides tensors. */
  get numbers(): CallbackState["values"] {
    const { optimizer } = this.compiled;
    const { norms } = this.runner.optimizer!;
    const numbers = {
      optimizer: optimizer.definition.name,
      ...this.model.optimizerProgress(),
      norms,
      means: this.means.sumsSoFar,
      data: this.identity,
    } satisfies FitNumbers;
    return numbers as { [key: string]: Json };
  }

  state(): Required<CallbackState> {
    return { values: this.numbers, tensors: new Map(modelTensors(this.model)) };
  }

  async restore(state: Required<CallbackState>): Promise<void> {
    const { restoreFit } = await import("./restoreFit.ts");
    const { norms, means } = restoreFit(this.model, this.runner, this.identity, state);
    this.retake();
    this.statistics = null;
    this.runner.optimizer!.norms = norms;
    // Sums in the middle of an epoch are of the process that wrote them.
    if (this.leads) this.means.sumsSoFar = means;
    else this.means.reset();
  }

  /** Stops reading, and gives the data's memory back. */
  async end(): Promise<void> {
    this.runner.shared = false;
    this.share?.end();
    try {
      await this.feed.end();
      await this.heldFeed?.end();
    } finally {
      this.data.free();
    }
  }
}
