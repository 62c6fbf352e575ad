import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, broadcastShapes } from "../shape.ts";
import { sumTo } from "./broadcastTo.ts";
import { neg } from "./neg.ts";

/**
 * The collapsed axes that the `binary` kernel reads: rank, then length and two strides an axis.
 * Axes of length 1 vanish; neighbours along which both operands advance alike become one.
 */
export function broadcastTable(a: Shape, b: Shape, out: Shape): number[] {
  const axes: [number, number, number][] = [];
  let [strideA, strideB] = [1, 1];
  for (let i = 1; i <= out.length; i++) {
    const n = out.at(-i)!;
    const [na, nb] = [a.length >= i ? a.at(-i)! : 1, b.length >= i ? b.at(-i)! : 1];
    const [sa, sb] = [na === 1 ? 0 : strideA, nb === 1 ? 0 : strideB];
    strideA *= na;
    strideB *= nb;
    if (n === 1) continue;
    const outer = axes[0];
    if (outer && sa === outer[1] * outer[0] && sb === outer[2] * outer[0]) outer[0] *= n;
    else axes.unshift([n, sa, sb]);
  }
  if (axes.length === 0) axes.push([1, 1, 1]);
  return [axes.length, ...axes.flat()];
}

function defineBinary(
  name: string,
  kind: number,
  grad: (a: SymbolicTensor, b: SymbolicTensor, out: SymbolicTensor, dout: SymbolicTensor) => [() => SymbolicTensor, () => SymbolicTensor],
): Op {
  return defineOp({
    name,
    inputs: ["a", "b"],
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    emit: (k, { a, b, out }, { shapes, out: shape, size, table }) => {
      k.binary(kind, a!, b!, out!, table(broadcastTable(shapes.a!, shapes.b!, shape)), size);
    },
    grad: ({ inputs, out, dout, needs }) => {
      const [a, b] = inputs as [SymbolicTensor, SymbolicTensor];
      const [da, db] = grad(a, b, out, dout);
      return [needs(0) ? sumTo(da(), a.shape) : null, needs(1) ? sumTo(db(), b.shape) : null];
    },
    inPlace: 0,
  });
}

/** `a + b` under broadcasting. */
export const add: Op = /* @__PURE__ */ defineBinary("add", 0, (_a, _b, _out, d) => [() => d, () => d]);

/** `a - b` under broadcasting. */
export const sub: Op = /* @__PURE__ */ defineBinary("sub", 1, (_a, _b, _out, d) => [() => d, () => neg(d)]);

/** `a b` under broadcasting. */
export const mul: Op = /* @__PURE__ */ defineBinary("mul", 2, (a, b, _out, d) => [() => mul(d, b), () => mul(d, a)]);

/** `a / b` under broadcasting. */
export const div: Op = /* @__PURE__ */ defineBinary("div", 3, (_a, b, out, d) => [
  () => div(d, b),
  () => neg(div(mul(d, out), b)),
]);
