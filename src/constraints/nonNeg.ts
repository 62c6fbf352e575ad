import { sizeOf } from "../shape.ts";
import { type Constraint, defineConstraint } from "./defineConstraint.ts";

/** Weights below 0 become 0. NaN stays NaN. */
export const nonNeg: (options?: object) => Constraint = /* @__PURE__ */ defineConstraint<object>({
  name: "nonNeg",
  defaults: {},
  emit: (k, parameter, shape) => {
    if (sizeOf(shape) > 0) k.nonNegative(parameter, sizeOf(shape));
  },
});
