import { emitBoundNorm, type NormAxes } from "./boundNorm.ts";
import { type Constraint, defineConstraint } from "./defineConstraint.ts";

/** Norms along an axis are 1: `w / (norm + 1e-7)`. A vector of zeros stays. */
export const unitNorm: (options?: { axis?: NormAxes }) => Constraint =
  /* @__PURE__ */ defineConstraint<{ axis: NormAxes }>({
    name: "unitNorm",
    defaults: { axis: 0 },
    emit: (k, parameter, shape, { axis }) =>
      emitBoundNorm(k, "unitNorm", parameter, shape, axis, [1, 1, 1]),
  });
