import { ShapeError } from "../errors.ts";
import { SymbolicTensor } from "../graph/symbolic.ts";
import { axisOf, printShape, sameShape } from "../shape.ts";
import { stack, unstack } from "./stack.ts";

/** One tensor, or a list of them. */
export type Tensors = SymbolicTensor | readonly SymbolicTensor[];

/** Steps up to which `scan` builds a graph: each is a copy of the cell's nodes, and of their gradients'. */
const MAX_STEPS = 2048;

/** What `scan` goes over. */
export interface ScanOptions<State extends Tensors, X extends Tensors> {
  /** The state before the first step. */
  init: State;
  /** What each step gets a part of: tensors of one length along the axis. */
  xs: X;
  /** The axis of the steps in `xs` and in the outputs. Default 1, the time of [batch, time, features]. */
  axis?: number;
  /** From the last part to the first; outputs stay where their parts are. Default false. */
  reverse?: boolean;
}

/** What `scan` gives. */
export interface ScanRecurrence<State extends Tensors, Y extends Tensors> {
  /** The state after the last step. */
  state: State;
  /** What the steps gave, side by side along the axis. */
  ys: Y;
}

function listOf(value: Tensors): readonly SymbolicTensor[] {
  return value instanceof SymbolicTensor ? [value] : value;
}

/** A list in the form of an example: one tensor where that is one. */
function like<T extends Tensors>(example: T, list: readonly SymbolicTensor[]): T {
  return (example instanceof SymbolicTensor ? list[0]! : list) as T;
}

/** A step leaves a state of the shapes and dtypes that it got. @throws ShapeError */
function checkState(before: Tensors, after: Tensors): void {
  const text = (t: Tensors): string =>
    listOf(t)
      .map(({ dtype, shape }) => `${dtype}${printShape(shape)}`)
      .join(", ");
  const [a, b] = [listOf(before), listOf(after)];
  if (
    a.length === b.length &&
    a.every((t, i) => t.dtype === b[i]!.dtype && sameShape(t.shape, b[i]!.shape))
  )
    return;
  throw new ShapeError(
    `scan: the cell must return a state like the one it was given, ${text(before)}, got ${text(after)}; return [newState, y]`,
  );
}

/**
 * A recurrence with a cell of your own: `[state, y] = cell(state, x)` for every part x of `xs` along an axis.
 *
 *     const { state, ys } = scan((h, x) => { const y = tanh(add(matmul(x, w), matmul(h, u))); return [y, y]; },
 *       { init: h0, xs: x });
 *
 * State, parts and outputs are each a tensor or a list of tensors. The cell may use any op and any tensor
 * from outside, and has all the gradients that its ops have, of any order. It is called once a step when the
 * graph is built: the plan holds every step's commands, so a plan's size and the time to build it grow with
 * the number of steps. `lstm`, `gru` and `simpleRnn` have kernels that run all steps.
 *
 * @throws ShapeError where there is no step, or more than 2048, or the state changes its shape
 */
export function scan<State extends Tensors, X extends Tensors, Y extends Tensors>(
  cell: (state: State, x: X) => readonly [State, Y],
  { init, xs, axis = 1, reverse = false }: ScanOptions<State, X>,
): ScanRecurrence<State, Y> {
  const sequences = listOf(xs);
  const lengths = sequences.map((t) => t.shape[axisOf("scan", axis, t.shape.length)]!);
  const [steps = 0] = lengths;
  if (steps < 1 || steps > MAX_STEPS || lengths.some((n) => n !== steps)) {
    throw new ShapeError(
      `scan: xs must have one length from 1 to ${MAX_STEPS} along axis ${axis}, got ${lengths.join(", ")}; cut a longer sequence into parts`,
    );
  }
  const parts = sequences.map((t) => unstack(t, { axis: axisOf("scan", axis, t.shape.length) }));
  const ys: Y[] = [];
  let state = init;
  for (let i = 0; i < steps; i++) {
    const step = reverse ? steps - 1 - i : i;
    const made = cell(
      state,
      like(
        xs,
        parts.map((part) => part[step]!),
      ),
    );
    checkState(state, made[0]);
    state = made[0];
    ys[step] = made[1];
  }
  const [first] = ys as [Y];
  const joined = listOf(first).map((_, k) => stack(...ys.map((y) => listOf(y)[k]!), { axis }));
  return { state, ys: like(first, joined) };
}
