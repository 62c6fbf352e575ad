import type { CommonOptions } from "./commonOptions.ts";
import type { Optimizer } from "./defineOptimizer.ts";

/** Parameters that share their scalars. */
export interface ScalarClass {
  /** 0: of no group, i + 1: of groups[i]. */
  readonly group: number;
  /** Steps that were taken without them, while they were frozen: their own count is behind by as many. */
  readonly missed: number;
  /** What the rule carries for them; null where it is as for those that missed nothing. */
  readonly own: Record<string, number> | null;
}

/** What a parameter missed while it was frozen. */
export interface Missed {
  readonly steps: number;
  /** What the rule carried for it then. */
  readonly state: Readonly<Record<string, number>>;
}

/** The scalars of one class of parameters. */
export interface GroupScalars {
  /** What their names in plans begin with. */
  readonly prefix: string;
  /** In the order of the definition's names. */
  readonly numbers: Float64Array;
  /** Writes those of step t. `counts`: whether the rule's state moves on. */
  write(rate: number, t: number, state: Record<string, number>, counts: boolean): void;
}

/** The group that a parameter belongs to: 0 for none, i + 1 for groups[i]. */
function groupOf({ groups }: CommonOptions, name: string): number {
  return (
    groups.findIndex(({ match }) =>
      // A search without state: a global expression would remember where it stopped.
      typeof match === "function" ? match(name) : name.search(match) >= 0,
    ) + 1
  );
}

function scalarsOfClass(
  optimizer: Optimizer,
  { group, missed, own }: ScalarClass,
  index: number,
): GroupScalars {
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
    prefix: `optimizer${index}.`,
    numbers,
    write: (rate, t, state, counts) => {
      options.learningRate = rate * learningRateScale;
      if (momentum && cycled in options)
        options[cycled] = momentum(schedule!.unit === "epoch" ? state.epoch! : t - 1);
      definition.scalars(options, t - missed, values, own ?? (counts ? state : { ...state }));
    },
  };
}

/** Index of the class that a parameter belongs to; a new one is added where there is none. */
export function classOf(
  classes: ScalarClass[],
  { options }: Optimizer,
  name: string,
  missed: Missed | undefined,
): number {
  const group = groupOf(options, name);
  const { steps = 0, state = null } = missed ?? {};
  const at = classes.findIndex(
    (one) =>
      one.group === group &&
      one.missed === steps &&
      JSON.stringify(one.own) === JSON.stringify(state),
  );
  return at < 0 ? classes.push({ group, missed: steps, own: state && { ...state } }) - 1 : at;
}

/** The scalars of every class. */
export function scalarsOf(
  optimizer: Optimizer,
  classes: readonly ScalarClass[],
): readonly GroupScalars[] {
  return classes.map((one, i) => scalarsOfClass(optimizer, one, i));
}
