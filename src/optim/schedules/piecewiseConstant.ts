import { OptionError } from "../../errors.ts";
import { type ScheduleFactory, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link piecewiseConstant}. */
export interface PiecewiseConstantOptions {
  /** Steps at which the rate changes, rising. */
  boundaries: readonly number[];
  /** The rates between them: one more than boundaries. */
  values: readonly number[];
  /** Whether the step of a boundary has the new rate already (PyTorch's MultiStepLR). Default false, as in Keras. */
  changeAtBoundary: boolean;
}

/**
 * Constant between boundaries: `values[i]`, i the number of boundaries below t (at or below, with
 * `changeAtBoundary`).
 *
 * Source: keras.optimizers.schedules.PiecewiseConstantDecay; torch.optim.lr_scheduler.MultiStepLR.
 *
 * @example
 *     sgd({ learningRate: piecewiseConstant({ boundaries: [5, 10], values: [1, 0.5, 0.1] }) })
 */
export const piecewiseConstant: ScheduleFactory<PiecewiseConstantOptions> =
  /* @__PURE__ */ defineSchedule<PiecewiseConstantOptions>({
    name: "piecewiseConstant",
    defaults: { boundaries: [], values: [], changeAtBoundary: false },
    check: ({ boundaries, values }) => {
      if (values.length !== boundaries.length + 1) {
        throw new OptionError(
          `piecewiseConstant: values must be one more than boundaries, got ${values.length} and ${boundaries.length}`,
        );
      }
      if (boundaries.some((b, i) => !(i === 0 || b > boundaries[i - 1]!)))
        throw new RangeError(
          `piecewiseConstant: boundaries must rise, got ${boundaries.join(", ")}`,
        );
    },
    at: ({ boundaries, values, changeAtBoundary }, t) => {
      let i = 0;
      while (i < boundaries.length && (changeAtBoundary ? t >= boundaries[i]! : t > boundaries[i]!))
        i++;
      return values[i]!;
    },
  });
