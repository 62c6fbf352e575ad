import { checkParts } from "./chained.ts";
import {
  type Schedule,
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** What follows, counting from 0 when the warm-up is over. Must be given. */
  after: Schedule;
  /** Steps of the warm-up. Default 1000. */
  steps: number;
  /** Where it starts, as a fraction of the first rate of what follows. Default 0. */
  startFactor: number;
}

/** Stands where a schedule must be given: checkParts refuses it. */
const NEEDED = null as never;

/**
 * A linear rise to the first rate of another schedule, which follows from its beginning.
 *
 *     t < steps:  r (startFactor + (1 - startFactor) t / steps)      r = after(0)
 *     else        after(t - steps)
 *
 * Source: Goyal et al. 2017, section 2.2 (arXiv:1706.02677); `warmup_steps` of Keras's CosineDecay.
 *
 * @example
 *     adam({ learningRate: warmup({ after: cosineDecay({ initialLearningRate: 1e-3 }), steps: 500 }) })
 */
export const warmup: ScheduleFactory<WarmupOptions> = /* @__PURE__ */ defineSchedule<WarmupOptions>(
  {
    name: "warmup",
    defaults: { after: NEEDED, steps: 1000, startFactor: 0 },
    check: (o) => {
      checkPositive("warmup", o, "steps");
      checkNotNegative("warmup", o, "startFactor");
      checkParts("warmup", [o.after]);
    },
    at: (o, t) => {
      if (t >= o.steps) return o.after.at(t - o.steps);
      return o.after.at(0) * (o.startFactor + ((1 - o.startFactor) * t) / o.steps);
    },
  },
);
