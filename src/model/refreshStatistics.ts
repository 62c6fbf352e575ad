import { type SymbolicTensor } from "../graph/symbolic.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import type { Feed } from "./feed.ts";
import { countedStreams, forward } from "./forward.ts";
import { type GraphSource, type StepGraph, inputLeaves, variableLeaves } from "./graphs.ts";
import type { AsidePlan, Runner } from "./runner.ts";
import { StepCells } from "./stepCells.ts";

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

/** Running statistics by name, as they were. */
export type Statistics = ReadonlyMap<string, Float32Array>;

/**
 * Running statistics (batch normalization's) become the plain mean of those of the batches of one pass, for the
 * weights that are there now: an average of weights has seen no batch yet. Every batch counts alike.
 * Source: torch.optim.swa_utils.update_bn.
 *
 * @param seed  of the masks of layers that drop
 * @returns the statistics of before; none where no layer has any
 */
export async function refreshStatistics(
  runner: Runner,
  feed: Feed,
  epoch: number,
  seed: number,
): Promise<Statistics> {
  const { engine, memory, source } = runner;
  const before = new Map<string, Float32Array>();
  const sums = new Map<string, Float64Array>();
  const plans = new Map<number, AsidePlan>();
  try {
    if (Object.keys(observedGraph(source, 1).request.outputs).length === 0) return before;
    feed.begin(epoch);
    let batches = 0;
    for (;;) {
      const next = feed.next();
      const count = typeof next === "number" ? next : await next;
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
      batches++;
      if (batches % 64 === 0) await yieldToLoop();
    }
    for (const [name, sum] of sums) {
      const from = memory.address(name) >>> 2;
      before.set(name, engine.f32.slice(from, from + sum.length));
      for (let i = 0; i < sum.length; i++) engine.f32[from + i] = sum[i]! / batches;
    }
    return before;
  } finally {
    for (const { free } of plans.values()) free();
  }
}

/** Puts statistics back. */
export function restoreStatistics({ engine, memory }: Runner, statistics: Statistics): void {
  for (const [name, values] of statistics) engine.f32.set(values, memory.address(name) >>> 2);
}
