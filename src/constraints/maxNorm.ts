import { emitBoundNorm, type NormAxes } from "./boundNorm.ts";
import { type Constraint, defineConstraint } from "./defineConstraint.ts";

/**
 * Norms along an axis are at most `maxValue` (2): `w min(norm, maxValue) / (norm + 1e-7)`. Axis 0 of a dense
 * kernel [inputs, outputs] gives each output unit its norm.
 */
export const maxNorm: (options?: { maxValue?: number; axis?: NormAxes }) => Constraint =
  /* @__PURE__ */ defineConstraint<{ maxValue: number; axis: NormAxes }>({
    name: "maxNorm",
    defaults: { maxValue: 2, axis: 0 },
    check: ({ maxValue }) => {
      if (!(maxValue >= 0)) throw new RangeError(`maxNorm: maxValue must be >= 0, got ${maxValue}`);
    },
    emit: (k, parameter, shape, { maxValue, axis }) =>
      emitBoundNorm(k, "maxNorm", parameter, shape, axis, [0, maxValue, 1]),
  });
