import type { NamedMetric } from "../metrics/resolve.ts";
import type { Plan } from "../plan/plan.ts";
import type { Objective } from "./objective.ts";

/** Running sums of loss and metrics over the batches of an epoch, in f64. */
export class RunningMeans {
  private readonly metrics: readonly NamedMetric[];
  private readonly weighted: boolean;
  private loss = 0;
  private penalty = 0;
  private weight = 0;
  private batches = 0;
  private readonly terms: readonly (readonly number[])[];
  private readonly sums: number[][];
  private plan: Plan | null = null;
  private dataCell = -1;
  private weightCell = -1;
  private penaltyCell = -1;
  /** Losses of the single outputs, where there are several. */
  private readonly headNames: readonly string[];
  private readonly heads: number[];
  private headCells: readonly number[] = [];
  private termCells: readonly (readonly number[])[] = [];

  /** @param terms  how many sums each term of each metric is */
  constructor({ heads, weighted }: Objective, terms: readonly (readonly number[])[]) {
    const prefix = (output: string): string => (heads.length > 1 ? `${output}_` : "");
    this.metrics = heads.flatMap((head) =>
      head.metrics.map(({ name, metric }) => ({ name: prefix(head.name) + name, metric })),
    );
    this.headNames = heads.length > 1 ? heads.map((head) => `${head.name}_loss`) : [];
    this.heads = this.headNames.map(() => 0);
    this.weighted = weighted;
    this.terms = terms;
    this.sums = terms.map((widths) => new Array<number>(widths.reduce((a, b) => a + b, 0)).fill(0));
  }

  reset(): void {
    this.loss = this.penalty = this.weight = this.batches = 0;
    this.heads.fill(0);
    for (const sums of this.sums) sums.fill(0);
  }

  /** All sums, in a fixed order: what a checkpoint keeps of an epoch that is under way. */
  get sumsSoFar(): number[] {
    const { loss, penalty, weight, batches, heads, sums } = this;
    return [loss, penalty, weight, batches, ...heads, ...sums.flat()];
  }

  set sumsSoFar(list: readonly number[]) {
    const [loss, penalty, weight, batches, ...rest] = list;
    [this.loss, this.penalty, this.weight, this.batches] = [loss!, penalty!, weight!, batches!];
    let at = 0;
    for (const sums of [this.heads, ...this.sums])
      for (let i = 0; i < sums.length; i++) sums[i] = rest[at++]!;
  }

  /** Forgets the penalties and their batches: of processes that train together one counts them, for all have the same. */
  dropPenalties(): void {
    this.penalty = this.batches = 0;
  }

  /** Adds what a step left in its outputs. */
  add(plan: Plan, samples: number): void {
    if (plan !== this.plan) this.locate(plan);
    const { f32 } = plan.engine;
    this.loss += f32[this.dataCell]!;
    this.weight += this.weightCell < 0 ? samples : f32[this.weightCell]!;
    if (this.penaltyCell >= 0) this.penalty += f32[this.penaltyCell]!;
    for (let i = 0; i < this.heads.length; i++) this.heads[i]! += f32[this.headCells[i]!]!;
    this.batches++;
    for (let i = 0; i < this.sums.length; i++) {
      const sums = this.sums[i]!;
      const cells = this.termCells[i]!;
      for (let j = 0; j < sums.length; j++) sums[j]! += f32[cells[j]!]!;
    }
  }

  /** Looks up where a plan leaves its outputs: once, not at every step. */
  private locate(plan: Plan): void {
    const cell = (name: string): number =>
      name in plan.compiled.outputs ? plan.output(name) >>> 2 : -1;
    this.plan = plan;
    this.dataCell = cell("data");
    this.weightCell = this.weighted ? cell("weight") : -1;
    this.penaltyCell = cell("penalty");
    this.headCells = this.heads.map((_, i) => cell(`head${i}.data`));
    this.termCells = this.terms.map((widths, i) =>
      widths.flatMap((width, j) => {
        const first = cell(`metric${i}.${j}`);
        return Array.from({ length: width }, (_, k) => first + k);
      }),
    );
  }

  /** Means so far by name. */
  results(): Record<string, number> {
    const out: Record<string, number> = {
      loss: this.loss / this.weight + this.penalty / this.batches,
    };
    this.headNames.forEach((name, i) => (out[name] = this.heads[i]! / this.weight));
    this.metrics.forEach(
      ({ name, metric }, i) => (out[name] = metric.result(this.sums[i]!, this.weight)),
    );
    return out;
  }
}
