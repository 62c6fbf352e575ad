import { ShapeError } from "../errors.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { printShape, sizeOf } from "../shape.ts";
import { add, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { greater, greaterEqual, less } from "./compare.ts";
import { cumsum } from "./cumsum.ts";
import { gather } from "./gather.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";
import { sort } from "./topK.ts";
import { where } from "./where.ts";

/** Whole numbers are exact in float32 up to here. */
const MOST_ROWS = 2 ** 24;

/**
 * Steps of a sequence that count, and how to run a recurrence over them alone: a step that does not count keeps the
 * state, so the others may as well follow one another. They are moved together, to the front, or where the
 * recurrence runs backwards to the end, and what is left over comes after them.
 */
export interface MaskedSteps {
  /** bool[batch, time, 1]: which steps count, after they were moved. */
  readonly counts: SymbolicTensor;
  /** Moves the steps of [batch, time, ...]; what is left over is 0. */
  together(x: SymbolicTensor): SymbolicTensor;
  /** The state after each step in its place: that of the last step that counted, 0 where none has. */
  spread(y: SymbolicTensor): SymbolicTensor;
  /** The state [batch, units] after the last step that counts; `initial`, or 0, where none does. */
  last(y: SymbolicTensor, initial: SymbolicTensor | null): SymbolicTensor;
}

/** `x[b, steps[b, i]]` of [batch, time, ...] for whole numbers [batch, n] in float32; 0 where one is below 0. */
function takeSteps(x: SymbolicTensor, steps: SymbolicTensor): SymbolicTensor {
  const [batch, time, ...rest] = x.shape as [number, number, ...number[]];
  const first = constant(
    Float32Array.from({ length: batch }, (_, i) => i * time),
    [batch, 1],
  );
  const rows = where(greaterEqual(steps, 0), add(steps, first), constant(-1));
  const table = reshape(x, { shape: [batch * time, ...rest] });
  return gather(table, cast(rows, { dtype: "int32" }), { missing: "zero" });
}

/**
 * Steps that count, from a mask.
 *
 * @param mask     bool[batch, time], 0 where a step is to be passed over
 * @param reverse  whether the recurrence runs from the last step to the first
 * @throws ShapeError where it does not fit
 * @internal
 */
export function maskedSteps(
  subject: string,
  mask: SymbolicTensor,
  [batch, time]: readonly number[],
  reverse: boolean,
): MaskedSteps {
  if (mask.shape.length !== 2 || mask.shape[0] !== batch || mask.shape[1] !== time) {
    throw new ShapeError(
      `${subject}: mask must have shape ${printShape([batch!, time!])}, got ${printShape(mask.shape)}`,
    );
  }
  if (batch! * time! >= MOST_ROWS)
    throw new ShapeError(`${subject}: a masked batch must have fewer than 2^24 steps in all`);
  const valid = cast(mask, { dtype: "float32" });
  const t = constant(Float32Array.from({ length: time! }, (_, i) => i));
  const upTo = cumsum(valid);
  const total = sum(valid, { axis: 1, keepDims: true });
  // Equals keep their order, and there are none: those that count come first, or last.
  const key = add(t, mul(reverse ? valid : sub(1, valid), time!));
  const order = cast(sort(key).indices, { dtype: "float32" });
  const left = sub(time!, total);
  const counts = reverse ? greaterEqual(t, left) : less(t, total);
  const take = where(counts, order, constant(-1));
  const before = reverse ? add(left, sub(upTo, valid)) : sub(upTo, 1);
  const back = reverse ? where(less(before, time!), before, constant(-1)) : before;
  const end = reverse ? where(greater(total, 0), left, constant(-1)) : sub(total, 1);
  return {
    counts: reshape(counts, { shape: [batch!, time!, 1] }),
    together: (x) => takeSteps(x, take),
    spread: (y) => takeSteps(y, back),
    last: (y, initial) => {
      const state = reshape(takeSteps(y, end), {
        shape: [batch!, sizeOf(y.shape.slice(2))],
      });
      return initial ? where(greater(total, 0), state, initial) : state;
    },
  };
}
