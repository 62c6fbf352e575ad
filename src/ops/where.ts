import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { broadcastShapes } from "../shape.ts";
import { broadcastTable } from "./broadcastTable.ts";
import { sumTo } from "./broadcastTo.ts";

/**
 * `condition ? a : b` under broadcasting. The condition is bool (or uint8); a and b are both float32 or
 * both int32. What is not chosen leaves no trace in the result or the gradient, NaN neither.
 */
export const where: Op = /* @__PURE__ */ defineOp({
  name: "where",
  inputs: ["condition", "a", "b"],
  shape: ([condition, a, b], _attrs, [dtype, left, right]) => {
    if (
      dtype === "float32" ||
      dtype === "int32" ||
      left !== right ||
      left === "bool" ||
      left === "uint8"
    ) {
      throw new ShapeError(
        `where: takes bool and two tensors of one 4-byte dtype, got ${dtype}, ${left} and ${right}; use a comparison or cast()`,
      );
    }
    return broadcastShapes("where", broadcastShapes("where", condition!, a!), b!);
  },
  dtype: ([, a]) => a!,
  emit: (k, { condition, a, b, out }, { shapes, out: shape, size, table }) => {
    const axes = broadcastTable([shapes["a"]!, shapes["b"]!, shapes["condition"]!], shape);
    k.where(condition!, a!, b!, out!, table(axes), size);
  },
  grad: ({ inputs: [condition, a, b], dout, needs }) => {
    const zero = constant(0);
    return [
      null,
      needs(1) ? sumTo(where(condition, dout, zero), a!.shape) : null,
      needs(2) ? sumTo(where(condition, zero, dout), b!.shape) : null,
    ];
  },
});

/** `mask ? value : x` under broadcasting. The mask is bool; x is float32 or int32. NaN under the mask leaves no trace. */
export function maskedFill(
  x: SymbolicTensor,
  mask: SymbolicTensor,
  { value }: { value: number },
): SymbolicTensor {
  const filling = x.dtype === "int32" ? constant(Int32Array.of(value), []) : constant(value);
  return where(mask, filling, x);
}
