import type { SymbolicTensor } from "../graph/symbolic.ts";
import { constant } from "../graph/symbolic.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { add } from "./binary.ts";
import { fill } from "./fill.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** Repeats along axes of length 1 and new leading axes until the shape is `shape`. */
export function broadcastTo(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(x.shape, shape)) return x;
  if (sizeOf(x.shape) === 1) return fill(x, { shape });
  // x + -0 is x for every x; x + 0 would lose the sign of -0.
  return add(x, fill(constant(-0), { shape }));
}

/** Sums a tensor of a broadcast shape back to the shape that was broadcast: the gradient of broadcasting. */
export function sumTo(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((n, i) =>
    i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : [],
  );
  return reshape(sum(x, { axis, keepDims: true }), { shape });
}
