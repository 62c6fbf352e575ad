import { type Op, type Operand, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { broadcastShapes } from "../shape.ts";
import { broadcastTable } from "./broadcastTable.ts";
import { cast } from "./cast.ts";

/** A comparison of two operands. */
export type Comparison = (a: Operand, b: Operand) => SymbolicTensor;

function define(name: string, kind: number): Op {
  return defineOp({
    name,
    inputs: ["a", "b"],
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    dtype: () => "bool",
    emit: (k, { a, b, out }, { shapes, dtypes, out: shape, size, table }) => {
      const integers = dtypes["a"] === "int32" ? 4 : 0;
      k.compare(
        kind + integers,
        a!,
        b!,
        out!,
        table(broadcastTable([shapes["a"]!, shapes["b"]!], shape)),
        size,
      );
    },
  });
}

const equalOp: Op = /* @__PURE__ */ define("equal", 0);
const notEqualOp: Op = /* @__PURE__ */ define("notEqual", 1);
const lessOp: Op = /* @__PURE__ */ define("less", 2);
const lessEqualOp: Op = /* @__PURE__ */ define("lessEqual", 3);

/** Applies a comparison in int32 where neither operand is float32, otherwise in float32. */
function compare(op: Op, x: Operand, y: Operand): SymbolicTensor {
  const [a, b] = [x, y].map((t) => (typeof t === "number" ? constant(t) : t)) as [
    SymbolicTensor,
    SymbolicTensor,
  ];
  const dtype = a.dtype === "float32" || b.dtype === "float32" ? "float32" : "int32";
  return op(cast(a, { dtype }), cast(b, { dtype }));
}

/** `a == b` under broadcasting, as bool. False with NaN. */
export const equal: Comparison = (a, b) => compare(equalOp, a, b);

/** `a != b` under broadcasting, as bool. True with NaN. */
export const notEqual: Comparison = (a, b) => compare(notEqualOp, a, b);

/** `a < b` under broadcasting, as bool. False with NaN. */
export const less: Comparison = (a, b) => compare(lessOp, a, b);

/** `a <= b` under broadcasting, as bool. False with NaN. */
export const lessEqual: Comparison = (a, b) => compare(lessEqualOp, a, b);

/** `a > b` under broadcasting, as bool. False with NaN. */
export const greater: Comparison = (a, b) => compare(lessOp, b, a);

/** `a >= b` under broadcasting, as bool. False with NaN. */
export const greaterEqual: Comparison = (a, b) => compare(lessEqualOp, b, a);
