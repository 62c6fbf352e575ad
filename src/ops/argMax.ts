import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";

/** Index of the largest element of the last axis, the first of equals; NaN counts as largest. int32. */
export const argMax: Op = /* @__PURE__ */ defineOp({
  name: "argMax",
  inputs: ["x"],
  shape: ([x]) => {
    if (x!.length === 0 || x!.at(-1) === 0) throw new ShapeError("argMax: the last axis must not be empty");
    return x!.slice(0, -1);
  },
  dtype: () => "int32",
  emit: (k, { x, out }, { shapes, size }) => k.argMax(x!, out!, shapes["x"]!.at(-1)!, size),
});
