import { type Attrs, type Op, defineOp } from "../graph/defineOp.ts";
import type { BroadcastRule, Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { broadcastShapes } from "../shape.ts";
import { broadcastTable } from "./broadcastTable.ts";
import { sumTo } from "./broadcastTo.ts";
import { neg } from "./neg.ts";

/** Bytes in which the kernel spreads operands that are broadcast. */
const SCRATCH = 128;

/** An op of two operands under broadcasting; `kind` is the kernel's code, `grad` gives both gradients. */
export function defineBinary(
  name: string,
  kind: number,
  grad: (
    a: SymbolicTensor,
    b: SymbolicTensor,
    out: SymbolicTensor,
    dout: SymbolicTensor,
  ) => [() => SymbolicTensor, () => SymbolicTensor],
): Op<Attrs, Shaped> {
  return defineOp<Attrs, Shaped>({
    name,
    inputs: ["a", "b"],
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    emit: (k, { a, b, out }, { shapes, out: shape, size, table }) => {
      k.binary(
        kind,
        a!,
        b!,
        out!,
        table(broadcastTable([shapes["a"]!, shapes["b"]!], shape)),
        size,
      );
    },
    grad: ({ inputs, out, dout, needs }) => {
      const [a, b] = inputs as [SymbolicTensor, SymbolicTensor];
      const [da, db] = grad(a, b, out, dout);
      return [needs(0) ? sumTo(da(), a.shape) : null, needs(1) ? sumTo(db(), b.shape) : null];
    },
    inPlace: 0,
    scratch: () => SCRATCH,
  });
}

/** `a + b` under broadcasting. */
export const add: ShapedOp<BroadcastRule<"add">> = /* @__PURE__ */ defineBinary(
  "add",
  0,
  (_a, _b, _out, d) => [() => d, () => d],
);

/** `a - b` under broadcasting. */
export const sub: ShapedOp<BroadcastRule<"sub">> = /* @__PURE__ */ defineBinary(
  "sub",
  1,
  (_a, _b, _out, d) => [() => d, () => neg(d)],
);

/** `a b` under broadcasting. */
export const mul: ShapedOp<BroadcastRule<"mul">> = /* @__PURE__ */ defineBinary(
  "mul",
  2,
  (a, b, _out, d) => [() => mul(d, b), () => mul(d, a)],
);

/** `a / b` under broadcasting. */
export const div: ShapedOp<BroadcastRule<"div">> = /* @__PURE__ */ defineBinary(
  "div",
  3,
  (_a, b, out, d) => [() => div(d, b), () => neg(div(mul(d, out), b))],
);
