import type { TrialQueue } from "../../src/distributed/trialQueue.ts";
import { tune } from "../../src/index.ts";
import type { Equal, Expect } from "./expect.ts";

const space = { x: tune.float(0, 1), kind: tune.categorical(["a", "b"]) };
const one = tune.createStudy({ direction: "maximize" });
const two = tune.createStudy({ directions: ["minimize", "maximize"] });

export type OneValue = Expect<Equal<typeof one, tune.Study<number>>>;
export type TwoValues = Expect<Equal<typeof two, tune.Study<readonly [number, number]>>>;

void two.optimize(space, ({ x, kind }) => [x, kind === "a" ? 1 : 0], { trials: 1 });
void two.optimize(async (trial) => [trial.suggestFloat("x", 0, 1), 1], { trials: 1 });
void one.optimize(space, ({ x }) => x, { trials: 1 });
// @ts-expect-error one value, and the study has two directions
void two.optimize(space, ({ x }) => x, { trials: 1 });
// @ts-expect-error three values
void two.optimize(space, ({ x }) => [x, x, x], { trials: 1 });
// @ts-expect-error three values, by code
void two.optimize((trial) => [trial.suggestFloat("x", 0, 1), 1, 2], { trials: 1 });
// @ts-expect-error two values, and the study has one direction
void one.optimize(space, ({ x }) => [x, x], { trials: 1 });

two.tell(two.ask(space), [1, 2]);
two.tell(two.ask(space), "fail");
// @ts-expect-error one value
two.tell(two.ask(space), 1);
two.add({ x: 0.5, kind: "a" }, space, [1, 2]);
// @ts-expect-error one value
two.add({ x: 0.5, kind: "a" }, space, 1);

// @ts-expect-error either the one or the several
tune.createStudy({ direction: "minimize", directions: ["minimize", "minimize"] });

void two.optimize(space, ({ x }) => [x, x], {
  trials: 1,
  onTrial: (trial, study) => {
    const values: readonly number[] | null = trial.values;
    const front: readonly tune.TrialRecord[] = study.paretoFront;
    void [values, front];
  },
});

/** Directions that are not known to the compiler: so is the number of values. */
export function studied(directions: readonly tune.Direction[]): Promise<unknown> {
  const study = tune.createStudy({ directions });
  return study.optimize(space, ({ x }) => directions.map(() => x), { trials: 1 });
}

/** A queue's objective has as many values as the study that it is given to. */
export async function queued(queue: TrialQueue): Promise<void> {
  await two.optimize(space, queue.objective(space), { trials: 1 });
  await one.optimize(space, queue.objective(space), { trials: 1 });
  await two.optimize(queue.objective(), { trials: 1 });
}
