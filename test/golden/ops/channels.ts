import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { transpose } from "../../../src/ops/transpose.ts";

/** [batch, channels, ...] as [batch, ..., channels]. */
export function channelsLast(x: SymbolicTensor): SymbolicTensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, { permutation: [0, ...axes.slice(2), 1] });
}

/** [batch, ..., channels] as [batch, channels, ...]. */
export function channelsFirst(x: SymbolicTensor): SymbolicTensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, { permutation: [0, axes.length - 1, ...axes.slice(1, -1)] });
}
