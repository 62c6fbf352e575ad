import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { mul } from "./binary.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** What the labels of a loss or metric are: integers that name classes, or numbers shaped like the output. */
export type LabelKind = "indices" | "values";

/** Mean over all axes behind the batch axis. */
export function meanPerSample(x: SymbolicTensor): SymbolicTensor {
  if (x.shape.length === 1) return x;
  const rest = sizeOf(x.shape.slice(1));
  const rows = reshape(x, { shape: [x.shape[0]!, rest] });
  return rest === 1 ? reshape(x, { shape: [x.shape[0]!] }) : mul(sum(rows, { axis: 1 }), 1 / rest);
}
