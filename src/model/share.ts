import { OptionError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { type Group, shareOf } from "../train/group.ts";
import type { Feed } from "./feed.ts";
import { maskCounts } from "./maskCounts.ts";
import type { AsidePlan, BatchDtypes, Runner } from "./runner.ts";
import { MOST_MASKS } from "./variables.ts";

/** Seeds of the members' random numbers lie this far apart: no two members draw the same masks. */
const SEED_STEP = 0x9e37_79b9;

/**
 * A process's part in a training that several share. Each computes the gradients of its rows of a batch, weighs them by
 * their number, and gets the sum over all: the gradient of the whole batch.
 *
 *     g = sum over ranks of (rows of the rank / rows of the batch) g_rank
 *
 * Where outputs have masks, the mean is over the steps that count in the whole batch: their number is summed ahead of the
 * step, as the gradient of a mean needs it.
 *
 * The loss travels behind the gradients, so there is one all-reduce of them a step, and every member sees the same loss: a step
 * that is not finite is left out by all of them.
 */
export class Share {
  readonly group: Group;
  /** What counts the steps that are not masked, by rows; null where no output has a mask. */
  private readonly counters = new Map<number, AsidePlan | null>();
  private runner: Runner | null = null;

  constructor(group: Group) {
    this.group = group;
  }

  /** Rows that this process trains on. One that has none trains on one row that counts nothing. */
  rows(count: number): number {
    const [from, to] = shareOf(count, this.group);
    return Math.max(1, to - from);
  }

  /** The first of them behind the batch's first row. */
  offset(count: number): number {
    return Math.min(shareOf(count, this.group)[0], count - 1);
  }

  /** Rows that count: `rows`, or 0. */
  counted(count: number): number {
    const [from, to] = shareOf(count, this.group);
    return to - from;
  }

  /** Whether this is the one member that has rows of every batch, however small: the last. */
  get hasRowsAlways(): boolean {
    return this.group.rank === this.group.size - 1;
  }

  /** What this member's dropout masks are drawn from. */
  seed(seed: number): number {
    return (seed + SEED_STEP * this.group.rank) % 2 ** 53;
  }

  /** Makes ready what counts the steps of so many rows. @returns a promise where kernels must be loaded first */
  ready(runner: Runner, rows: number, dtypes: BatchDtypes): Promise<void> | undefined {
    if (runner !== this.runner) this.end();
    this.runner = runner;
    if (this.counters.has(rows)) return undefined;
    const graph = maskCounts(runner.source, rows, runner.objective!);
    const masks = Object.keys(graph.request.outputs).length;
    if (masks > MOST_MASKS)
      throw new OptionError(
        `fit: group: at most ${MOST_MASKS} outputs may have masks, got ${masks}`,
      );
    if (masks === 0) {
      this.counters.set(rows, null);
      return undefined;
    }
    return runner.engine.withKernels(() => {
      this.counters.set(rows, runner.aside(graph, dtypes));
    });
  }

  /** Frees what `ready` made. */
  end(): void {
    for (const counter of this.counters.values()) counter?.free();
    this.counters.clear();
  }

  /** Trains on this process's rows of a batch of `count`. @returns as Runner.trainStep, the same in all */
  step(runner: Runner, plan: Plan, feed: Feed, count: number, seed: number): boolean {
    const cursor = feed.cursor + this.offset(count);
    const counter = this.counters.get(this.rows(count));
    if (counter) this.weighMasks(runner, counter.plan, feed, cursor, count);
    plan.setFloat("share", this.counted(count) / count);
    return runner.trainStep(plan, cursor, this.seed(seed), (of) => this.reduce(runner, of));
  }

  /** What each step that counts weighs in the whole batch, whose steps are known when all have told theirs. */
  private weighMasks(
    runner: Runner,
    counter: Plan,
    { source, order }: Feed,
    cursor: number,
    count: number,
  ): void {
    const { engine, memory } = runner;
    runner.bind(counter, { x: source.x }, order);
    counter.setUint("cursor", cursor);
    counter.run();
    const own = this.counted(count) > 0 ? 1 : 0;
    const names = Object.keys(counter.compiled.outputs);
    const steps = this.sum(names.map((name) => own * runner.scalar(counter, name)));
    const to = memory.maskShares >>> 2;
    steps.forEach((n, i) => (engine.f32[to + i] = n === 0 ? 0 : count / n));
  }

  private reduce({ engine, memory }: Runner, plan: Plan): void {
    const first = memory.gradients >>> 2;
    const loss = (memory.gradients + memory.trainedBytes) >>> 2;
    this.group.allReduce(engine.f32.subarray(first, loss + 1));
    engine.f32[plan.output("loss") >>> 2] = engine.f32[loss]!;
  }

  /** Running statistics become the first member's, as PyTorch's DistributedDataParallel has them. */
  shareState({ memory }: Runner): void {
    for (const v of memory.kept) this.broadcast(memory.view(v));
  }

  /** All members begin with the first one's weights, state and slots. */
  shareAll(runner: Runner): void {
    const { engine, memory } = runner;
    const block = (address: number): Uint8Array =>
      engine.u8.subarray(address, address + memory.trainedBytes);
    if (memory.trainedBytes > 0) {
      this.group.broadcast(block(memory.parameters));
      for (const address of memory.slots.values()) this.group.broadcast(block(address));
    }
    this.shareState(runner);
  }

  private broadcast(values: ReturnType<Runner["memory"]["view"]>): void {
    if (values.length === 0) return;
    this.group.broadcast(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** Sums of numbers over all members. */
  sum(numbers: readonly number[]): number[] {
    const block = Float64Array.from(numbers);
    this.group.allReduce(block);
    return [...block];
  }

  /**
   * Makes sure that all members train the same.
   *
   * @throws OptionError, in all of them, where one differs from the first
   */
  agree(numbers: Readonly<Record<string, number>>): void {
    const names = Object.keys(numbers);
    const own = Float64Array.from(names, (name) => numbers[name]!);
    const first = own.slice();
    this.group.broadcast(new Uint8Array(first.buffer));
    const differs = names.map((_, i) => (Object.is(own[i], first[i]) ? 0 : 1));
    const faults = this.sum(differs);
    const at = faults.findIndex((n) => n > 0);
    if (at < 0) return;
    throw new OptionError(
      `fit: ${names[at]} must be the same in all ${this.group.size} processes; here it is ${own[at]}, in the first one ${first[at]}`,
    );
  }
}
