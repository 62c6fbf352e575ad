import type { Address, Slot } from "../kernels/command.ts";
import { type Commands, ELEMENT_WORK } from "../kernels/commands.ts";
import type { Engine } from "../kernels/engine.ts";
import type { Kernels } from "../kernels/table.gen.ts";
import { emitClipping } from "./clip.ts";
import type { Optimizer, OptimizerBuffers } from "./defineOptimizer.ts";

/** One parameter in the blocks. */
export interface OptimizerVariable {
  /** Bytes from the start of each block. */
  readonly offset: number;
  /** Elements. */
  readonly size: number;
  /** Whether weight decay with `weightDecayOn: "kernels"` reaches it. */
  readonly decays: boolean;
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

/**
 * An optimizer at work on one model: counts the steps, writes the scalars of each, and puts its
 * fused update into plans.
 */
export class OptimizerRun {
  readonly optimizer: Optimizer;
  /** Steps that were taken. */
  iterations = 0;
  /** Numbers that the rule carries from step to step. */
  state: Record<string, number>;
  private readonly memory: OptimizerMemory;
  /** Scalars of the step, in the order of their names. */
  private readonly numbers: Float64Array;
  /** The same by name: what the rule writes to. */
  private readonly values: Record<string, number> = {};
  /** Indices of the scalars' cells in 32-bit views, -1 where no command reads one. */
  private readonly cells = new WeakMap<UpdatePlan, number[]>();

  constructor(optimizer: Optimizer, memory: OptimizerMemory) {
    this.optimizer = optimizer;
    this.memory = memory;
    this.state = { ...optimizer.definition.state };
    const { scalarNames } = optimizer.definition;
    const numbers = (this.numbers = new Float64Array(scalarNames.length));
    // Properties that stand for elements: read by name, a number would be boxed at every step.
    scalarNames.forEach((name, i) => {
      const property = { get: () => numbers[i]!, set: (x: number) => void (numbers[i] = x) };
      Object.defineProperty(this.values, name, property);
    });
  }

  /** The blocks from `offset` bytes on. */
  private buffers(offset: number): OptimizerBuffers<string> {
    const { parameters, gradients, slots } = this.memory;
    const shifted = [...slots].map(([name, address]): [string, Address] => [
      name,
      address + offset,
    ]);
    return { param: parameters + offset, grad: gradients + offset, ...Object.fromEntries(shifted) };
  }

  /** Neighbouring parameters that one command can update. */
  private runs(): { offset: number; bytes: number; decays: boolean }[] {
    const { layout, trainedBytes } = this.memory;
    const all =
      this.optimizer.options.weightDecay === 0 || this.optimizer.options.weightDecayOn === "all";
    const runs: { offset: number; bytes: number; decays: boolean }[] = [];
    layout.forEach(({ offset, decays }, i) => {
      const end = layout[i + 1]?.offset ?? trainedBytes;
      const last = runs.at(-1);
      if (last && (all || last.decays === decays)) last.bytes = end - last.offset;
      else runs.push({ offset, bytes: end - offset, decays: all || decays });
    });
    return runs;
  }

  private scalars(commands: Commands): Record<string, Slot> {
    const names = this.optimizer.definition.scalarNames;
    return Object.fromEntries(names.map((name) => [name, commands.namedSlot(`optimizer.${name}`)]));
  }

  /** Commands that stand ahead of the forward pass: a look-ahead. */
  emitBefore(k: Kernels, commands: Commands): void {
    const { definition, options } = this.optimizer;
    if (!definition.looksAhead?.(options)) return;
    commands.work = (ELEMENT_WORK * this.memory.trainedBytes) / 4;
    definition.before!(
      k,
      this.buffers(0),
      this.scalars(commands),
      this.memory.trainedBytes / 4,
      options,
    );
  }

  /** Clipping, then one fused update a run of parameters. */
  emitUpdate(k: Kernels, commands: Commands): void {
    const { definition, options } = this.optimizer;
    if (this.memory.layout.length === 0) return;
    commands.work = (ELEMENT_WORK * this.memory.trainedBytes) / 4;
    const gradScale = emitClipping(k, commands, options, this.memory);
    const scalars = { ...this.scalars(commands), gradScale };
    for (const { offset, bytes, decays } of this.runs()) {
      const s = decays ? scalars : { ...scalars, l2: 0, decay: 0 };
      commands.work = (ELEMENT_WORK * bytes) / 4;
      definition.emit(k, this.buffers(offset), s, bytes / 4, options);
    }
  }

  /** Writes the scalars of the next step into the plan's cells. */
  beginStep(plan: UpdatePlan): void {
    const { definition, options } = this.optimizer;
    let cells = this.cells.get(plan);
    if (!cells) {
      cells = definition.scalarNames.map((name) => {
        const slot = plan.slots.get(`optimizer.${name}`);
        return slot ? slot.address >>> 2 : -1;
      });
      this.cells.set(plan, cells);
    }
    definition.scalars(options, this.iterations + 1, this.values, this.state);
    const { f32 } = this.memory.engine;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      if (cell >= 0) f32[cell] = this.numbers[i]!;
    }
  }

  /** Counts a step that was taken. */
  endStep(): void {
    this.iterations++;
  }
}
