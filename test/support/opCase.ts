import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { DType, Shape } from "../../src/shape.ts";
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
  /** No two elements closer than 0.07: for kinks where two elements meet, as in a maximum. */
  distinct?: boolean;
  /** Whole numbers as int32. */
  integer?: boolean;
  /** float32 if left out, int32 where `integer`. */
  dtype?: DType;
}

/** What is declared of an op, from which all its tests are made. */
export interface OpCase {
  /** The op, or a function of symbolic tensors that is built from ops. */
  op: (...xs: SymbolicTensor[]) => SymbolicTensor;
  name: string;
  examples: readonly Example[];
  /** Shapes of the inputs of each generated test: odd sizes (1, 3, 5, 7, 17), and one empty. */
  shapes: readonly (readonly Shape[])[];
  /** Attributes to combine with every shape; [{}] if left out. */
  attrs?: readonly Readonly<Record<string, unknown>>[];
  /** One for all inputs, or one an input; uniform in [-2, 2) if left out. */
  domain?: Domain | readonly Domain[];
  /** Which inputs have a gradient; all float32 ones if left out, none: []. */
  differentiable?: readonly number[];
  /** False where the gradient's own op has none: the law then asks that gradient() says so. */
  secondOrder?: boolean;
  /** Why the op takes no empty tensor; left out where it does, and then `shapes` must hold one. */
  notEmpty?: string;
}

/** Declares a case. */
export function opCase(name: string, op: OpCase["op"], rest: Omit<OpCase, "name" | "op">): OpCase {
  return { name, op, ...rest };
}
