import type { NamedMetric } from "../metrics/resolve.ts";
import type { Plan } from "../plan/plan.ts";
import type { Runner } from "./runner.ts";

/** Running sums of loss and metrics over the batches of an epoch, in f64. */
export class RunningMeans {
  private readonly metrics: readonly NamedMetric[];
  private readonly weighted: boolean;
  private loss = 0;
  private penalty = 0;
  private weight = 0;
  private batches = 0;
  private readonly sums: number[][];

  constructor(metrics: readonly NamedMetric[], terms: readonly number[], weighted: boolean) {
    this.metrics = metrics;
    this.weighted = weighted;
    this.sums = terms.map((n) => new Array<number>(n).fill(0));
  }

  reset(): void {
    this.loss = this.penalty = this.weight = this.batches = 0;
    for (const sums of this.sums) sums.fill(0);
  }

  /** Adds what a step left in its outputs. */
  add(runner: Runner, plan: Plan, samples: number): void {
    this.loss += runner.scalar(plan, "data");
    this.weight += this.weighted ? runner.scalar(plan, "weight") : samples;
    if ("penalty" in plan.compiled.outputs) this.penalty += runner.scalar(plan, "penalty");
    this.batches++;
    this.sums.forEach((sums, i) => {
      for (let j = 0; j < sums.length; j++) sums[j]! += runner.scalar(plan, `metric${i}.${j}`);
    });
  }

  /** Means so far by name. */
  results(): Record<string, number> {
    const out: Record<string, number> = { loss: this.loss / this.weight + this.penalty / this.batches };
    this.metrics.forEach(({ name, metric }, i) => (out[name] = metric.result(this.sums[i]!, this.weight)));
    return out;
  }
}
