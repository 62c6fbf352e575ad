import { OptionError } from "../../errors.ts";
import { checkParts } from "./chained.ts";
import { type Schedule, type ScheduleFactory, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link joined}. */
export interface JoinedOptions {
  /** Schedules, each of which counts from 0. */
  schedules: readonly Schedule[];
  /** The steps at which the next one takes over: one fewer. */
  boundaries: readonly number[];
}

/**
 * Schedules one after the other: number i from its boundary on, counting from 0 there.
 *
 * Source: torch.optim.lr_scheduler.SequentialLR; optax.join_schedules.
 *
 * @example
 *     const rise = linearFactor({ initialLearningRate: 0.1, startFactor: 0.1, steps: 5 });
 *     const fall = cosineDecay({ initialLearningRate: 0.1, decaySteps: 95 });
 *     sgd({ learningRate: joined({ schedules: [rise, fall], boundaries: [5] }) })
 */
export const joined: ScheduleFactory<JoinedOptions> = /* @__PURE__ */ defineSchedule<JoinedOptions>(
  {
    name: "joined",
    defaults: { schedules: [], boundaries: [] },
    check: ({ schedules, boundaries }) => {
      checkParts("joined", schedules);
      if (boundaries.length !== schedules.length - 1) {
        throw new OptionError(
          `joined: boundaries must be one fewer than schedules, got ${boundaries.length} and ${schedules.length}`,
        );
      }
    },
    at: ({ schedules, boundaries }, t) => {
      let i = 0;
      while (i < boundaries.length && t >= boundaries[i]!) i++;
      return schedules[i]!.at(i === 0 ? t : t - boundaries[i - 1]!);
    },
  },
);
