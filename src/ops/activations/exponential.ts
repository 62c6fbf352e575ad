import { type Op, defineOp } from "../../graph/defineOp.ts";
import { exp } from "../unary.ts";

/** `e^x`, by the name that Keras gives it as an activation. */
export const exponential: Op = /* @__PURE__ */ defineOp({ ...exp.definition, name: "exponential" });
