import type { CommonOptions } from "./commonOptions.ts";
import type { Optimizer } from "./defineOptimizer.ts";

/** The scalars of one group of parameters. */
export interface GroupScalars {
  /** What their names in plans begin with. */
  readonly prefix: string;
  /** In the order of the definition's names. */
  readonly numbers: Float64Array;
  /** Writes those of step t. `counts`: whether the rule's state moves on. */
  write(rate: number, t: number, state: Record<string, number>, counts: boolean): void;
}

/** The group that a parameter belongs to: 0 for none, i + 1 for groups[i]. */
export function groupOf({ groups }: CommonOptions, name: string): number {
  return (
    groups.findIndex(({ match }) =>
      // A search without state: a global expression would remember where it stopped.
      typeof match === "function" ? match(name) : name.search(match) >= 0,
    ) + 1
  );
}

function scalarsOfGroup(optimizer: Optimizer, group: number): GroupScalars {
  const { definition, schedule } = optimizer;
  const { learningRateScale = 1, weightDecay = optimizer.options.weightDecay } =
    group === 0 ? {} : optimizer.options.groups[group - 1]!;
  const options: CommonOptions & Record<string, unknown> = { ...optimizer.options, weightDecay };
  const { scalarNames } = definition;
  const numbers = new Float64Array(scalarNames.length);
  const values: Record<string, number> = {};
  // Properties that stand for elements: read by name, a number would be boxed at every step.
  scalarNames.forEach((name, i) => {
    const property = { get: () => numbers[i]!, set: (x: number) => void (numbers[i] = x) };
    Object.defineProperty(values, name, property);
  });
  const momentum = schedule?.momentumAt ?? null;
  const cycled = "momentum" in options ? "momentum" : "beta1";
  return {
    prefix: group === 0 ? "optimizer." : `optimizer${group}.`,
    numbers,
    write: (rate, t, state, counts) => {
      options.learningRate = rate * learningRateScale;
      if (momentum && cycled in options)
        options[cycled] = momentum(schedule!.unit === "epoch" ? state.epoch! : t - 1);
      definition.scalars(options, t, values, counts ? state : { ...state });
    },
  };
}

/** The scalars of every group: those of no group first. */
export function scalarsOf(optimizer: Optimizer): readonly GroupScalars[] {
  const count = optimizer.options.groups.length + 1;
  return Array.from({ length: count }, (_, group) => scalarsOfGroup(optimizer, group));
}
