import type { Constraint } from "../constraints/defineConstraint.ts";
import type { Address, Slot } from "../kernels/command.ts";
import { type Commands, ELEMENT_WORK } from "../kernels/commands.ts";
import type { Engine } from "../kernels/engine.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Shape } from "../shape.ts";
import { emitClipping } from "./clip.ts";
import type { CommonOptions } from "./commonOptions.ts";
import type { Optimizer, OptimizerBuffers, Workspace } from "./defineOptimizer.ts";
import { type Missed, type ScalarClass, classOf, scalarsOf } from "./groupScalars.ts";
import { rateOf } from "./rate.ts";
import { emitSquares } from "./squares.ts";

/** One parameter in the blocks. */
export interface OptimizerVariable {
  /** What groups match. */
  readonly name: string;
  /** Bytes from the start of each block. */
  readonly offset: number;
  /** Elements. */
  readonly size: number;
  readonly shape: Shape;
  /** Whether weight decay with `weightDecayOn: "kernels"` reaches it. */
  readonly decays: boolean;
  /** What its values must fulfil after each step. */
  readonly constraint: Constraint | null;
}

/** Where an optimizer's blocks lie: all in the same order. */
export interface OptimizerMemory {
  readonly engine: Engine;
  readonly trainedBytes: number;
  readonly layout: readonly OptimizerVariable[];
  readonly parameters: Address;
  readonly gradients: Address;
  readonly slots: ReadonlyMap<string, Address>;
}

/** A plan that has an optimizer's update in it. */
export interface UpdatePlan {
  readonly slots: ReadonlyMap<string, Slot>;
}

/** Neighbouring parameters that one command can update. */
interface Run {
  readonly offset: number;
  bytes: number;
  readonly size: number;
  readonly shape: Shape;
  readonly decays: boolean;
  /** Which scalars it reads: index of its class. */
  readonly group: number;
}

/** Cells that the common options need, besides the rule's scalars. */
const FLAGS = [
  "accumulateFirst",
  "lookaheadRate",
  "lookaheadReplace",
  "averageRate",
  "averageReplace",
] as const;

/** Keeps SAM's divisor from 0 (the paper's code). */
const SAM_EPSILON = 1e-12;

/** Smallest norm of a unit's weights that adaptive clipping counts (Brock et al. 2021). */
const SMALLEST_UNIT = 1e-3;

/** The name of a number that the rule carries for one parameter. */
export function ownName(key: string, parameter: string): string {
  return `${key} ${parameter}`;
}

/**
 * An optimizer at work on one model: counts the steps, writes the scalars of each, and puts its
 * fused update into plans.
 */
export class OptimizerRun {
  readonly optimizer: Optimizer;
  /** Steps that were taken. */
  iterations = 0;
  /**
   * Numbers that go from step to step: the rule's own; `epoch`, those that were finished; `batch`, those that
   * were accumulated; `rateFactor`; and `learningRate`, where one was set in place of the schedule.
   */
  state: Record<string, number>;
  private readonly memory: OptimizerMemory;
  private readonly classes: ScalarClass[] = [];
  /** The class of each parameter, in the order of the layout. */
  private readonly classIndices: readonly number[];
  /** The class with which the rule's state moves on. */
  private readonly counting: number;
  /** Scalars of the step, of each class of parameters. */
  private readonly groups: ReturnType<typeof scalarsOf>;
  private readonly flags = new Float64Array(FLAGS.length);
  /** Indices of the scalars' cells in 32-bit views, -1 where no command reads one. */
  private readonly cells = new WeakMap<UpdatePlan, number[]>();
  private normCell = -1;
  private normSum = 0;
  private normCount = 0;

  /** @param missed  what was missed while a parameter was frozen, by its name; nothing where it is not there */
  constructor(
    optimizer: Optimizer,
    memory: OptimizerMemory,
    missed: ReadonlyMap<string, Missed> = new Map(),
  ) {
    this.optimizer = optimizer;
    this.memory = memory;
    this.state = this.stateWith({});
    this.classIndices = memory.layout.map(({ name }) =>
      classOf(this.classes, optimizer, name, missed.get(name)),
    );
    this.counting = this.classes.findLastIndex(({ own }) => own === null);
    this.groups = scalarsOf(optimizer, this.classes);
  }

  private stateWith(state: Readonly<Record<string, number>>): Record<string, number> {
    return { ...this.optimizer.definition.state, epoch: 0, batch: 0, rateFactor: 1, ...state };
  }

  /** Goes on after so many steps, with the numbers that were there then. */
  restore(iterations: number, state: Readonly<Record<string, number>>): void {
    this.iterations = iterations;
    this.state = this.stateWith(state);
    this.forEachOwn((own, key, name) => (own[key] = state[name] ?? own[key]!));
  }

  /** What the rule carries for parameters that missed steps, by its names and theirs. */
  get ownNumbers(): Record<string, number> {
    const numbers: Record<string, number> = {};
    this.forEachOwn((own, key, name) => (numbers[name] = own[key]!));
    return numbers;
  }

  private forEachOwn(
    visit: (own: Record<string, number>, key: string, name: string) => void,
  ): void {
    this.classIndices.forEach((index, i) => {
      const { own } = this.classes[index]!;
      for (const key in own) visit(own, key, ownName(key, this.memory.layout[i]!.name));
    });
  }

  private get options(): CommonOptions {
    return this.optimizer.options;
  }

  /** Bytes that the update needs while it runs. */
  get workspace(): Workspace {
    const { definition, options } = this.optimizer;
    const needs = this.memory.layout.map(
      (v) => definition.workspace?.(v.shape, options) ?? { work: 0, scratch: 0 },
    );
    return {
      work: Math.max(0, ...needs.map((n) => n.work)),
      scratch: Math.max(0, ...needs.map((n) => n.scratch)),
    };
  }

  /** Batches that were trained on: steps times accumulated batches, and those of the step that is under way. */
  get batches(): number {
    return this.iterations * (this.options.gradientAccumulationSteps ?? 1) + this.state.batch!;
  }

  /** Whether a batch needs a second gradient, at another point. */
  get perturbs(): boolean {
    return this.options.samRadius !== null;
  }

  /** The blocks from `offset` bytes on. */
  private buffers(offset: number): OptimizerBuffers<string> {
    const { parameters, slots } = this.memory;
    const shifted = [...slots].map(([name, address]): [string, Address] => [
      name,
      address + offset,
    ]);
    return {
      param: parameters + offset,
      grad: this.gradients + offset,
      ...Object.fromEntries(shifted),
    };
  }

  /** What the update takes for gradients. */
  private get gradients(): Address {
    return this.memory.slots.get("accumulated") ?? this.memory.gradients;
  }

  private runs(): Run[] {
    const { layout, trainedBytes, engine } = this.memory;
    const { definition } = this.optimizer;
    const { weightDecayOn, groups } = this.options;
    // A thread updates the rows of a large gradient that it has computed: those of others come from another core's cache.
    const isLarge = (size: number): boolean =>
      engine.threads > 1 && ELEMENT_WORK * size >= engine.splitWork;
    const decay = this.options.weightDecay !== 0 || groups.some((g) => (g.weightDecay ?? 0) !== 0);
    const runs: Run[] = [];
    layout.forEach((v, i) => {
      const end = layout[i + 1]?.offset ?? trainedBytes;
      const decays = !decay || weightDecayOn === "all" || v.decays;
      const group = this.classIndices[i]!;
      const last = runs.at(-1);
      const { offset, size, shape } = v;
      const joins = !definition.perParameter && !isLarge(size);
      if (last && joins && last.decays === decays && last.group === group)
        last.bytes = end - last.offset;
      else {
        runs.push({ offset, bytes: end - offset, size, shape, decays, group });
      }
    });
    return runs;
  }

  private scalars(commands: Commands, group: number = 0): Record<string, Slot> {
    const names = this.optimizer.definition.scalarNames;
    const { prefix } = this.groups[group]!;
    return Object.fromEntries(names.map((name) => [name, commands.namedSlot(prefix + name)]));
  }

  /** Commands that stand ahead of the forward pass: a look-ahead. */
  emitBefore(k: Kernels, commands: Commands): void {
    const { definition, options } = this.optimizer;
    if (!definition.looksAhead?.(options)) return;
    for (const { offset, bytes, group } of this.runs()) {
      commands.work = (ELEMENT_WORK * bytes) / 4;
      definition.before!(
        k,
        this.buffers(offset),
        this.scalars(commands, group),
        bytes / 4,
        options,
      );
    }
  }

  /** Moves the parameters to where the second gradient is to be taken. */
  emitPerturb(k: Kernels, commands: Commands): void {
    const { samRadius, maximize } = this.options;
    const { parameters, gradients, layout, trainedBytes, slots } = this.memory;
    if (samRadius === null || layout.length === 0) return;
    commands.work = (ELEMENT_WORK * trainedBytes) / 4;
    // What pads the parameters is 0, so one sum over the block is the sum over all of them.
    const { partials, blocks } = emitSquares(k, commands, gradients, trainedBytes / 4);
    const [factor, norm] = [commands.slot(), commands.slot()];
    const radius = maximize ? -samRadius : samRadius;
    k.inverseNorm(partials, blocks, radius, SAM_EPSILON, 0, factor.address, norm.address);
    k.ascend(parameters, slots.get("center")!, gradients, factor, trainedBytes / 4);
  }

  /** Moves the parameters back: stands before anything that may end the step. */
  emitRestore(k: Kernels): void {
    const { parameters, trainedBytes, slots } = this.memory;
    if (this.perturbs && trainedBytes > 0)
      k.copyBytes(slots.get("center")!, parameters, trainedBytes);
  }

  /** Adds the gradients to those of the batches before. */
  emitAccumulate(k: Kernels, commands: Commands): void {
    const steps = this.options.gradientAccumulationSteps;
    const { gradients, trainedBytes, layout } = this.memory;
    if (steps === null || layout.length === 0) return;
    commands.work = (ELEMENT_WORK * trainedBytes) / 4;
    const first = commands.namedSlot("accumulateFirst");
    k.accumulate(this.gradients, gradients, first, 1 / steps, trainedBytes / 4);
  }

  /** Clipping, one fused update a run of parameters, constraints, and what follows the weights. */
  emitUpdate(k: Kernels, commands: Commands, work: Address): void {
    const { definition, options } = this.optimizer;
    const { layout, trainedBytes, parameters, slots } = this.memory;
    if (layout.length === 0) return;
    commands.work = (ELEMENT_WORK * trainedBytes) / 4;
    this.emitAdaptiveClip(k);
    const norm = options.gradientNorm ? commands.namedSlot("gradientNorm") : undefined;
    const clipped = { layout, trainedBytes, gradients: this.gradients, norm };
    const gradScale = emitClipping(k, commands, options, clipped);
    for (const { offset, bytes, size, shape, decays, group } of this.runs()) {
      const scalars = { ...this.scalars(commands, group), gradScale };
      const s = decays ? scalars : { ...scalars, l2: 0, decay: 0 };
      commands.work = (ELEMENT_WORK * bytes) / 4;
      const count = definition.perParameter ? size : bytes / 4;
      definition.emit(k, this.buffers(offset), s, count, options, { shape, cells: commands, work });
    }
    for (const { offset, shape, constraint } of layout)
      constraint?.emit(k, parameters + offset, shape);
    commands.work = (ELEMENT_WORK * trainedBytes) / 4;
    for (const [slot, name] of [["slow", "lookahead"] as const, ["average", "average"] as const]) {
      const mean = slots.get(slot);
      if (mean === undefined) continue;
      const rate = commands.namedSlot(`${name}Rate`);
      const replace = commands.namedSlot(`${name}Replace`);
      k.averageWeights(parameters, mean, rate, replace, trainedBytes / 4);
    }
  }

  private emitAdaptiveClip(k: Kernels): void {
    const { adaptiveClip } = this.options;
    if (adaptiveClip === null) return;
    for (const { offset, size, shape } of this.memory.layout) {
      const units = shape.length > 1 ? shape.at(-1)! : 1;
      const [g, w] = [this.gradients + offset, this.memory.parameters + offset];
      if (size > 0) k.adaptiveClip(g, w, size / units, units, adaptiveClip, SMALLEST_UNIT, units);
    }
  }

  /** The rate of the next step, before any group's scale. */
  get learningRate(): number {
    return rateOf(this.optimizer, this.iterations, this.state);
  }

  /**
   * Writes the scalars of the next step into the plan's cells.
   *
   * @returns whether this batch ends a step: all but the last of those that are accumulated do not
   */
  beginStep(plan: UpdatePlan): boolean {
    let cells = this.cells.get(plan);
    if (!cells) this.cells.set(plan, (cells = this.locate(plan)));
    const { f32 } = this.memory.engine;
    const t = this.iterations + 1;
    const steps = this.options.gradientAccumulationSteps ?? 1;
    const last = this.state.batch! + 1 >= steps;
    let at = 0;
    if (last) {
      const rate = this.learningRate;
      for (let i = 0; i < this.groups.length; i++) {
        const { numbers } = this.groups[i]!;
        this.groups[i]!.write(rate, t, this.state, i === this.counting);
        for (let j = 0; j < numbers.length; j++, at++) {
          const cell = cells[at]!;
          if (cell >= 0) f32[cell] = numbers[j]!;
        }
      }
    } else at = cells.length - FLAGS.length - 1;
    this.writeFlags(t);
    for (let j = 0; j < FLAGS.length; j++, at++) {
      const cell = cells[at]!;
      if (cell >= 0) f32[cell] = this.flags[j]!;
    }
    this.normCell = cells[at]!;
    return last;
  }

  private locate(plan: UpdatePlan): number[] {
    const names = this.groups.flatMap(({ prefix }) =>
      this.optimizer.definition.scalarNames.map((name) => prefix + name),
    );
    return [...names, ...FLAGS, "gradientNorm"].map((name) => {
      const slot = plan.slots.get(name);
      return slot ? slot.address >>> 2 : -1;
    });
  }

  /** What the common options do at step t. */
  private writeFlags(t: number): void {
    const { flags, options: o } = this;
    flags[0] = this.state.batch === 0 ? 1 : 0;
    const sync = o.lookaheadSteps !== null && t % o.lookaheadSteps === 0;
    flags[1] = sync ? o.lookaheadRate : 0;
    flags[2] = sync ? 1 : 0;
    flags[3] = 0;
    flags[4] = 0;
    if (o.useEma) {
      flags[3] = t === 1 ? 1 : 1 - o.emaMomentum;
      if (o.emaOverwriteFrequency !== null && t % o.emaOverwriteFrequency === 0) flags[4] = 1;
    } else if (o.swaStart !== null && t >= o.swaStart) {
      const since = t - o.swaStart;
      if (since % o.swaFrequency === 0) flags[3] = 1 / (since / o.swaFrequency + 1);
    }
  }

  /** Counts a batch that was taken; `last` as `beginStep` said. */
  endStep(last: boolean): void {
    this.state.batch = last ? 0 : this.state.batch! + 1;
    if (!last) return;
    this.iterations++;
    if (this.normCell < 0) return;
    this.normSum += this.memory.engine.f32[this.normCell]!;
    this.normCount++;
  }

  /** Counts an epoch that was finished. */
  endEpoch(): void {
    this.state.epoch!++;
  }

  /** Sum and count of the norms since `takeGradientNorm`. */
  get norms(): readonly [number, number] {
    return [this.normSum, this.normCount];
  }

  set norms([sum, count]: readonly [number, number]) {
    this.normSum = sum;
    this.normCount = count;
  }

  /** Mean norm of the gradients before clipping since the last call; null where it is not asked for. */
  takeGradientNorm(): number | null {
    if (!this.options.gradientNorm) return null;
    const mean = this.normSum / this.normCount;
    this.normSum = this.normCount = 0;
    return mean;
  }

  /** The average of the weights, where there is one. */
  private get averaged(): Address | undefined {
    const { swaStart } = this.options;
    const begun = this.iterations >= (swaStart ?? 1);
    return begun ? this.memory.slots.get("average") : undefined;
  }

  /** Whether an average of the weights stands beside them. */
  get averages(): boolean {
    return this.averaged !== undefined;
  }

  /** Weights in the plain mean of them (SWA); 0 where there is none. */
  get weightsInMean(): number {
    const { swaStart, swaFrequency } = this.options;
    if (swaStart === null || !this.averages) return 0;
    return Math.floor((this.iterations - swaStart) / swaFrequency) + 1;
  }

  /** Exchanges the weights and their average, where one is kept; a second call exchanges them back. */
  swapAverage(): void {
    const average = this.averaged;
    if (average === undefined) return;
    const { engine, parameters, trainedBytes } = this.memory;
    const held = engine.u8.slice(parameters, parameters + trainedBytes);
    engine.u8.copyWithin(parameters, average, average + trainedBytes);
    engine.u8.set(held, average);
  }

  /** The weights become their average, where one is kept. */
  adoptAverage(): void {
    const average = this.averaged;
    if (average === undefined) return;
    const { engine, parameters, trainedBytes } = this.memory;
    engine.u8.copyWithin(parameters, average, average + trainedBytes);
  }
}
