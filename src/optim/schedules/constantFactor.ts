import { type ScheduleFactory, checkNotNegative, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link constantFactor}. */
export interface ConstantFactorOptions {
  /** The rate that the factor multiplies. */
  initialLearningRate: number;
  /** Default 1/3. */
  factor: number;
  /** Steps that have the factor; the rate itself follows. Default 5. */
  steps: number;
}

/**
 * A factor for the first steps, `t < steps ? eta factor : eta`.
 *
 * Source: torch.optim.lr_scheduler.ConstantLR.
 *
 * @example
 *     sgd({ learningRate: constantFactor({ initialLearningRate: 0.1, factor: 0.5, steps: 4 }) })
 */
export const constantFactor: ScheduleFactory<ConstantFactorOptions> =
  /* @__PURE__ */ defineSchedule<ConstantFactorOptions>({
    name: "constantFactor",
    defaults: { initialLearningRate: NaN, factor: 1 / 3, steps: 5 },
    check: (o) => checkNotNegative("constantFactor", o, "initialLearningRate", "factor", "steps"),
    at: (o, t) => o.initialLearningRate * (t < o.steps ? o.factor : 1),
  });
