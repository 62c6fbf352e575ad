import type { Address, Slot } from "../kernels/command.ts";
import type { Commands } from "../kernels/commands.ts";
import type { Engine } from "../kernels/engine.ts";
import type { Kernels } from "../kernels/table.gen.ts";
import type { Optimizer, OptimizerBuffers } from "./defineOptimizer.ts";

/** Where an optimizer's blocks lie: all in the same order. */
export interface OptimizerMemory {
  readonly engine: Engine;
  readonly trainedBytes: number;
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
  private readonly values: Record<string, number> = {};
  private readonly cells = new WeakMap<UpdatePlan, (Slot | undefined)[]>();

  constructor(optimizer: Optimizer, memory: OptimizerMemory) {
    this.optimizer = optimizer;
    this.memory = memory;
    this.state = { ...optimizer.definition.state };
    for (const name of optimizer.definition.scalarNames) this.values[name] = 0;
  }

  private buffers(): OptimizerBuffers<string> {
    const { parameters, gradients, slots } = this.memory;
    return { param: parameters, grad: gradients, ...Object.fromEntries(slots) };
  }

  private scalars(commands: Commands): Record<string, Slot> {
    const names = this.optimizer.definition.scalarNames;
    return Object.fromEntries(names.map((name) => [name, commands.namedSlot(`optimizer.${name}`)]));
  }

  /** Commands that stand ahead of the forward pass: a look-ahead. */
  emitBefore(k: Kernels, commands: Commands): void {
    const { definition, options } = this.optimizer;
    commands.work = this.memory.trainedBytes / 4;
    definition.before?.(k, this.buffers(), this.scalars(commands), this.memory.trainedBytes / 4, options);
  }

  /** Clipping and the update. */
  emitUpdate(k: Kernels, commands: Commands): void {
    const { definition, options } = this.optimizer;
    commands.work = this.memory.trainedBytes / 4;
    definition.emit(k, this.buffers(), { ...this.scalars(commands), gradScale: 1 }, this.memory.trainedBytes / 4, options);
  }

  /** Writes the scalars of the next step into the plan's cells. */
  beginStep(plan: UpdatePlan): void {
    const { definition, options } = this.optimizer;
    const names = definition.scalarNames;
    let cells = this.cells.get(plan);
    if (!cells) this.cells.set(plan, (cells = names.map((name) => plan.slots.get(`optimizer.${name}`))));
    definition.scalars(options, this.iterations + 1, this.values, this.state);
    const { f32 } = this.memory.engine;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (cell) f32[cell.address >>> 2] = this.values[names[i]!]!;
    }
  }

  /** Counts a step that was taken. */
  endStep(): void {
    this.iterations++;
  }
}
