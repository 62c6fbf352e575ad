import { type Op, defineOp } from "../graph/defineOp.ts";

/** 1 where two int32 tensors of one shape agree, otherwise 0, as float32. */
export const equalIntegers: Op = /* @__PURE__ */ defineOp({
  name: "equalIntegers",
  inputs: ["a", "b"],
  shape: ([a]) => a!,
  emit: (k, { a, b, out }, { size }) => k.equalIntegers(a!, b!, out!, size),
});
