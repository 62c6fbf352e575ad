import { type Op, type Operand, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { defineBinary, mul, sub } from "./binary.ts";
import { equal, greaterEqual } from "./compare.ts";
import { fill } from "./fill.ts";
import { logicalAnd } from "./logical.ts";
import { log } from "./unary.ts";
import { where } from "./where.ts";

/** x to a power that is fixed in the plan: exact for 2, 1/2 and -1, where the kernels are one instruction. */
const powScalar: Op<{ exponent: number }> = /* @__PURE__ */ defineOp<{ exponent: number }>({
  name: "powScalar",
  inputs: ["x"],
  attrs: { exponent: 1 },
  shape: ([x]) => x!,
  emit: (k, { x, out }, { attrs: { exponent }, size }) => {
    if (exponent === 2) k.square(x!, out!, size);
    else if (exponent === 0.5) k.sqrt(x!, out!, size);
    else if (exponent === -1) k.reciprocal(x!, out!, size);
    else k.powScalar(x!, out!, exponent, size);
  },
  grad: ({ inputs: [x], attrs: { exponent }, dout }) => {
    if (exponent === 0) return [fill(constant(0), { shape: x!.shape })];
    if (exponent === 1) return [dout];
    const slope = exponent === 2 ? x! : powScalar(x, { exponent: exponent - 1 });
    return [mul(dout, mul(slope, exponent))];
  },
  inPlace: 0,
  flops: ([x], _out, { exponent }) => sizeOf(x!) * (exponent === 2 ? 1 : 30),
});

const powTensor: Op = /* @__PURE__ */ defineBinary("pow", 6, (a, b, out, d) => [
  () => where(equal(b, 0), 0, mul(d, mul(b, pow(a, sub(b, 1))))),
  () => where(logicalAnd(equal(a, 0), greaterEqual(b, 0)), 0, mul(d, mul(out, log(a)))),
]);

/**
 * `a^b` under broadcasting, with the special values of C99: a^0 = 1, a negative a with a b that is no
 * integer gives NaN. `pow(x, 0.5)` is the square root, `pow(x, 2)` is x x. Gradients are 0 by a where b is 0,
 * and by b where a is 0 and b is not negative, as in PyTorch.
 */
export function pow(a: Operand, b: Operand): SymbolicTensor {
  if (typeof b === "number" && typeof a !== "number") return powScalar(a, { exponent: b });
  return powTensor(a, b);
}
