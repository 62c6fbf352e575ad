import type { Missed } from "../optim/groupScalars.ts";
import { ownName } from "../optim/optimizerRun.ts";
import type { Runner } from "./runner.ts";
import type { Slots } from "./variables.ts";

/** What the optimizer's numbers of steps that a frozen variable missed begin with; its name follows. */
const MISSED = "missed ";

/** Steps that an optimizer took, and what its rule carries from step to step, by name. */
export interface OptimizerNumbers {
  iterations: number;
  state: Record<string, number>;
}

/** Numbers that a rule carries, and what they begin with. */
type Carried = Readonly<Record<string, number>>;

/**
 * What a model keeps of its optimizer while no runner holds it, and of variables that are frozen: slots, steps taken,
 * what the rule carries.
 */
export class HeldOptimizer {
  private slots: Slots = new Map();
  /** As they were when the runner of now was made; with one, its own are those that count. */
  numbers: OptimizerNumbers = { iterations: 0, state: {} };

  /** Slots of any kind; where there are none, no step was taken. */
  private get held(): ReadonlyMap<string, unknown> | undefined {
    return this.slots.values().next().value;
  }

  /** Copies slots and numbers to where a runner has them. */
  place({ memory, optimizer: run }: Runner): void {
    if (!run) return;
    const { definition, options } = run.optimizer;
    memory.restoreSlots(this.slots, (slot) => definition.slotInit?.(slot, options) ?? 0);
    const { iterations, state } = this.numbers;
    const missed = this.missed(new Set(memory.trained.map((v) => v.name)), definition.state);
    const named = [...missed].map(([name, { steps }]) => [MISSED + name, steps] as const);
    run.restore(iterations, { ...state, ...Object.fromEntries(named) });
  }

  /**
   * What the trained variables missed while they were frozen: all steps where a variable has no slots yet. A variable
   * counts its own steps, as in PyTorch, and what a rule carries from step to step (Nadam's product) is its own as well.
   */
  missed(trained: ReadonlySet<string>, carried: Carried = {}): ReadonlyMap<string, Missed> {
    const { iterations, state } = this.numbers;
    const { held } = this;
    const missed = new Map<string, Missed>();
    if (!held) return missed;
    for (const name of trained) {
      const steps = held.has(name) ? state[MISSED + name] : iterations;
      if (!steps) continue;
      const own = Object.entries(carried).map(([key, value]) => [
        key,
        held.has(name) ? (state[ownName(key, name)] ?? value) : value,
      ]);
      missed.set(name, { steps, state: Object.fromEntries(own) as Record<string, number> });
    }
    return missed;
  }

  /** Steps taken and numbers that are kept, as they are now; and what those that are frozen missed. */
  progress(runner: Runner | null, carried: Carried = {}): OptimizerNumbers {
    const { iterations, state: numbers } = runner?.optimizer ?? this.numbers;
    const state = { ...numbers, ...runner?.optimizer?.ownNumbers };
    const before = { ...carried, ...this.numbers.state };
    const steps = iterations - this.numbers.iterations;
    const { held } = this;
    for (const { name } of runner?.memory.kept ?? []) {
      if (steps <= 0 || !held?.has(name)) continue;
      state[MISSED + name] = (state[MISSED + name] ?? 0) + steps;
      for (const key in carried) state[ownName(key, name)] ??= before[key]!;
    }
    return { iterations, state };
  }

  /** A copy of all: slots by name, steps taken, and what the rule carries. */
  snapshot(runner: Runner | null, carried?: Carried): OptimizerNumbers & { slots: Slots } {
    const slots = runner ? runner.memory.copySlots(this.slots) : this.slots;
    return { slots, ...this.progress(runner, carried) };
  }

  /** Takes up what `snapshot` gave. */
  restore({ slots, iterations, state }: OptimizerNumbers & { slots: Slots }): void {
    this.slots = slots;
    this.numbers = { iterations, state };
  }
}
