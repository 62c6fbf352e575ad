import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { Op } from "../../src/graph/defineOp.ts";
import type { Shape } from "../../src/shape.ts";
import type { NestedNumbers } from "../../src/tensor/tensor.ts";

/** One application whose result is known from elsewhere: by hand, or from a named library. */
export interface Example {
  in: readonly NestedNumbers[];
  attrs?: Readonly<Record<string, unknown>>;
  out: NestedNumbers;
  /** Largest allowed absolute error; 0 if left out. Say why it is not 0 in `why`. */
  tolerance?: number;
  why?: string;
}

/** How the inputs of the generated tests are drawn. */
export interface Domain {
  /** Uniform in [from, to). */
  from: number;
  to: number;
  /** Points (kinks, poles) from which samples keep a distance of 0.05. */
  avoid?: readonly number[];
  /** Whole numbers as int32. */
  integer?: boolean;
}

/** What is declared of an op, from which all its tests are made. */
export interface OpCase {
  /** The op, or a function of symbolic tensors that is built from ops. */
  op: Op<never> | ((...xs: SymbolicTensor[]) => SymbolicTensor);
  name: string;
  examples: readonly Example[];
  /** Shapes of the inputs of each generated test: odd sizes (1, 3, 5, 7, 17), and one empty. */
  shapes: readonly (readonly Shape[])[];
  /** Attributes to combine with every shape; [{}] if left out. */
  attrs?: readonly Readonly<Record<string, unknown>>[];
  /** One for all inputs, or one an input; uniform in [-2, 2) if left out. */
  domain?: Domain | readonly Domain[];
  /** Which inputs have a gradient; all if left out, none: []. */
  differentiable?: readonly number[];
}

/** Declares a case. */
export function opCase(name: string, op: OpCase["op"], rest: Omit<OpCase, "name" | "op">): OpCase {
  return { name, op, ...rest };
}
