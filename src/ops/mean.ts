import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Shape } from "../shape.ts";
import { div } from "./binary.ts";
import { type ReduceOptions, countOf } from "./reduce.ts";
import type { Reduced } from "./shapeRules.ts";
import { sum } from "./sum.ts";

/** Mean over some axes, or over all. An empty mean is NaN. */
export function mean<S extends Shape, const Options extends ReduceOptions = object>(
  x: SymbolicTensor<S>,
  options?: Options,
): SymbolicTensor<Reduced<S, Options>>;
export function mean(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return div(sum(x, options), countOf("mean", x, options.axis));
}
