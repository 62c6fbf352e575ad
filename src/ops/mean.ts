import type { SymbolicTensor } from "../graph/symbolic.ts";
import { div } from "./binary.ts";
import { type ReduceOptions, countOf } from "./reduce.ts";
import { sum } from "./sum.ts";

/** Mean over some axes, or over all. An empty mean is NaN. */
export function mean(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return div(sum(x, options), countOf("mean", x, options.axis));
}
