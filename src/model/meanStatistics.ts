import { type SymbolicTensor } from "../graph/symbolic.ts";
import type { Turns } from "../train/turns.ts";
import type { Feed } from "./feed.ts";
import { countedStreams, forward } from "./forward.ts";
import { type GraphSource, type StepGraph, inputLeaves, variableLeaves } from "./graphs.ts";
import type { AnyModel } from "./model.ts";
import type { AsidePlan, Runner } from "./runner.ts";
import { StepCells } from "./stepCells.ts";

/**
 * Batches that statistics for a validation are made of: the means of so many differ little from those of all, and a
 * validation should not cost an epoch. Source: Wu & Johnson 2021 (arXiv:2105.07576), section 3; fvcore's default.
 */
const VALIDATION_BATCHES = 200;

/** A training step's forward pass, whose outputs are the statistics of the batch alone, by the state they are for. */
function observedGraph(source: GraphSource, batch: number): StepGraph {
  const inputs = inputLeaves(source, batch);
  const outputs: Record<string, SymbolicTensor> = {};
  forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable: variableLeaves(source),
    training: true,
    randomStream: countedStreams(),
    update: (name, _, observed) => {
      if (observed) outputs[name] = observed;
    },
  });
  const x = [...inputs.values()];
  return {
    request: { name: `statistics ${batch}`, inputs: x, outputs },
    leaves: { x, y: [], weight: null },
  };
}

/** Running statistics by name. */
export type Statistics = ReadonlyMap<string, Float32Array>;

/**
 * Running statistics (batch normalization's) for a mean of weights, which has seen no batch itself: the plain mean of
 * those of the batches of one pass. Every batch counts alike. They are made once for each mean.
 * Source: torch.optim.swa_utils.update_bn.
 */
export class MeanStatistics {
  private readonly feed: Feed;
  private readonly seed: number;
  private runner: Runner | null = null;
  /** How many weights are in the mean that they were made for, and whether of all batches. */
  private of = 0;
  private whole = false;
  /** Those that were placed last. */
  values: Statistics = new Map();

  /** @param seed  of the masks of layers that drop */
  constructor(feed: Feed, seed: number) {
    this.feed = feed;
    this.seed = seed;
  }

  /**
   * Puts them in the place of those that are there, for the weights that are there now.
   *
   * @param whole  whether all batches of an epoch must have a part in them
   * @returns those that were there; none where no layer has any
   * @throws what the turns throw, an aborted signal's reason; then nothing has changed
   */
  async place(runner: Runner, epoch: number, whole: boolean, turns: Turns): Promise<Statistics> {
    const of = runner.optimizer!.weightsInMean;
    const known = this.runner === runner && this.of === of && (this.whole || !whole);
    if (!known) {
      const most = whole ? Infinity : VALIDATION_BATCHES;
      [this.values, this.whole] = await this.observed(runner, epoch, most, turns);
      [this.runner, this.of] = [runner, of];
    }
    return exchange(runner, this.values);
  }

  /** The means over at most so many batches, and whether these were all. */
  private async observed(
    runner: Runner,
    epoch: number,
    most: number,
    turns: Turns,
  ): Promise<[Statistics, whole: boolean]> {
    const { engine, source } = runner;
    const { feed, seed } = this;
    const sums = new Map<string, Float64Array>();
    const plans = new Map<number, AsidePlan>();
    try {
      if (Object.keys(observedGraph(source, 1).request.outputs).length === 0)
        return [new Map(), true];
      feed.begin(epoch);
      let batches = 0;
      let count = 0;
      for (; batches < most; batches++) {
        const next = feed.next();
        count = typeof next === "number" ? next : await next;
        if (count === 0) break;
        let aside = plans.get(count);
        if (!aside) {
          aside = await engine.withKernels(() =>
            runner.aside(observedGraph(source, count), feed.dtypes),
          );
          plans.set(count, aside);
        }
        const { plan } = aside;
        runner.bind(plan, feed.source, feed.order);
        new StepCells(plan).write(feed.cursor, batches, seed);
        plan.run();
        for (const [name, { shape }] of Object.entries(plan.compiled.outputs)) {
          const from = plan.output(name) >>> 2;
          const size = shape.reduce((a, b) => a * b, 1);
          let sum = sums.get(name);
          if (!sum) sums.set(name, (sum = new Float64Array(size)));
          for (let i = 0; i < size; i++) sum[i]! += engine.f32[from + i]!;
        }
        if (turns.due()) await turns.take();
      }
      const means = [...sums].map(
        ([name, sum]) => [name, Float32Array.from(sum, (v) => v / batches)] as const,
      );
      return [new Map(means), count === 0];
    } finally {
      for (const { free } of plans.values()) free();
    }
  }
}

/**
 * Values of all variables as the last validation saw them: the average of the weights, and statistics that were made for it.
 *
 * @param statistics  null where an average is kept that needs none
 */
export function judgedValues(
  { model, runner }: { readonly model: AnyModel; readonly runner: Runner },
  statistics: MeanStatistics | null,
): Float32Array<ArrayBuffer>[] {
  const { optimizer } = runner;
  optimizer!.swapAverage();
  const before = exchange(runner, statistics?.values ?? new Map());
  const values = model.values();
  exchange(runner, before);
  optimizer!.swapAverage();
  return values;
}

/** Puts statistics into a runner's memory. @returns those that were there */
export function exchange({ engine, memory }: Runner, statistics: Statistics): Statistics {
  const before = new Map<string, Float32Array>();
  for (const [name, values] of statistics) {
    const from = memory.address(name) >>> 2;
    before.set(name, engine.f32.slice(from, from + values.length));
    engine.f32.set(values, from);
  }
  return before;
}
