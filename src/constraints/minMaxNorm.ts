import { emitBoundNorm, type NormAxes } from "./boundNorm.ts";
import { type Constraint, defineConstraint } from "./defineConstraint.ts";

/** Options of {@link minMaxNorm}. */
export interface MinMaxNormOptions {
  /** Default 0. */
  minValue: number;
  /** Default 1. */
  maxValue: number;
  /** How much of the way a norm goes at each step, in [0, 1]. Default 1. */
  rate: number;
  /** Default 0. */
  axis: NormAxes;
}

/** Norms along an axis lie in [minValue, maxValue], or go there at a rate. As keras.constraints.MinMaxNorm. */
export const minMaxNorm: (options?: Partial<MinMaxNormOptions>) => Constraint =
  /* @__PURE__ */ defineConstraint<MinMaxNormOptions>({
    name: "minMaxNorm",
    defaults: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
    check: ({ minValue, maxValue, rate }) => {
      if (!(minValue >= 0 && maxValue >= minValue))
        throw new RangeError(
          `minMaxNorm: must have 0 <= minValue <= maxValue, got ${minValue} and ${maxValue}`,
        );
      if (!(rate >= 0 && rate <= 1))
        throw new RangeError(`minMaxNorm: rate must lie in [0, 1], got ${rate}`);
    },
    emit: (k, parameter, shape, { minValue, maxValue, rate, axis }) =>
      emitBoundNorm(k, "minMaxNorm", parameter, shape, axis, [minValue, maxValue, rate]),
  });
