import type { GradientOf } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { add, mul } from "./binary.ts";
import { fill } from "./fill.ts";
import { scan } from "./scan.ts";
import { slice } from "./slice.ts";
import { stopGradient } from "./stopGradient.ts";
import { sum } from "./sum.ts";

type Tensors = readonly SymbolicTensor[];

/** A cell made of ops: the states after a step, from those before it, what its recurrent kernel takes, and its gates. */
export type ReplayCell = (states: Tensors, masked: SymbolicTensor, gates: Tensors) => Tensors;

/** Zeros of a shape, as a tensor of its own: to be differentiated by. @internal */
export function zeros(shape: readonly number[]): SymbolicTensor {
  return fill(constant(0), { shape });
}

/** Columns of gate `index` of [batch, gates units]. @internal */
export function gateAt(gates: SymbolicTensor, index: number, units: number): SymbolicTensor {
  return slice(gates, { axis: 1, begin: index * units, size: units });
}

/** What a replay is made of: tensors that stand for those of the graph, and the gradients that came in. */
export interface ReplayParts {
  /** [batch, time, ...] of what each step gets; the first are the products of the inputs. */
  readonly gates: Tensors;
  /** The states before the first step. */
  readonly initial: Tensors;
  /** Gradient by the first state of every step, null for none. */
  readonly dy: SymbolicTensor | null;
  /** Gradients by the states after the last step. */
  readonly dstates: readonly (SymbolicTensor | null)[];
}

/** Tensors that stand for those of a graph, and let no gradient through. */
export class Cut {
  readonly from: Map<SymbolicTensor, SymbolicTensor> = new Map();

  /** What stands for a tensor; null for one that was left out. */
  of(t: SymbolicTensor | null | undefined): SymbolicTensor | null {
    if (!t) return null;
    let own = this.from.get(t);
    if (!own) this.from.set(t, (own = stopGradient(t)));
    return own;
  }

  /** The same; zeros [batch, units] in place of none. */
  state(t: SymbolicTensor | null | undefined, shape: readonly number[]): SymbolicTensor {
    return this.of(t) ?? zeros(shape);
  }
}

/**
 * The function whose gradient a kernel takes, made of ops that have all gradients: a recurrence as a `scan`, paired
 * with the gradients that came in.
 */
export function gradientOfReplay(
  cell: ReplayCell,
  { gates, initial, dy, dstates }: ReplayParts,
  { mask, reverse }: { mask: SymbolicTensor | null | undefined; reverse: boolean },
  { from }: Cut,
): ReturnType<GradientOf> {
  let [ys, last]: [SymbolicTensor | null, Tensors] = [null, initial];
  if (gates[0]!.shape[1]! > 0) {
    const made = scan<Tensors, Tensors, SymbolicTensor>(
      (states, parts) => {
        const [h] = states as [SymbolicTensor];
        const next = cell(states, mask ? mul(h, mask) : h, parts);
        return [next, next[0]!];
      },
      { init: initial, xs: gates, reverse },
    );
    [ys, last] = [made.ys, made.state];
  }
  const pairs = [[ys, dy] as const, ...last.map((t, i) => [t, dstates[i] ?? null] as const)];
  const loss = pairs.reduce<SymbolicTensor>(
    (total, [t, d]) => (t && d ? add(total, sum(mul(t, d))) : total),
    zeros([]),
  );
  return { loss, by: [...gates, ...initial], from };
}
