import { type ScheduleFactory, checkPositive, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link noam}. */
export interface NoamOptions {
  /** Width of the model. Default 512. */
  modelSize: number;
  /** Steps of the rise. Default 4000. */
  warmupSteps: number;
  /** What all is multiplied by. Default 1. */
  factor: number;
}

/**
 * The transformer's schedule: a linear rise, then the inverse root of the step.
 *
 *     factor modelSize^-.5 min((t + 1)^-.5, (t + 1) warmupSteps^-1.5)
 *
 * Source: Vaswani et al. 2017, equation 3 (arXiv:1706.03762).
 *
 * @example
 *     adam({ learningRate: noam({ modelSize: 256 }), beta2: 0.98 })
 */
export const noam: ScheduleFactory<NoamOptions> = /* @__PURE__ */ defineSchedule<NoamOptions>({
  name: "noam",
  defaults: { modelSize: 512, warmupSteps: 4000, factor: 1 },
  check: (o) => checkPositive("noam", o, "modelSize", "warmupSteps", "factor"),
  at: (o, t) => {
    const rise = (t + 1) / (o.warmupSteps * Math.sqrt(o.warmupSteps));
    return (o.factor / Math.sqrt(o.modelSize)) * Math.min(1 / Math.sqrt(t + 1), rise);
  },
});
