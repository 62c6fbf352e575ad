import type { SymbolicTensor } from "../graph/symbolic.ts";
import { add } from "../ops/binary.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";

/** Names of the two thin factors that adapt a kernel. */
export function factorNames(kernel: string): [down: string, up: string] {
  return [`${kernel}/loraA`, `${kernel}/loraB`];
}

/**
 * `rows kernel`, and where the layer is adapted `rows kernel + (rows A) B`: two thin products in place of one that is
 * as large as the kernel, so that no gradient of the kernel's size is made. See `lora`.
 *
 * @param rows    float32[n, inputs]
 * @param params  the layer's parameters; the kernel's last axes have `units` elements, and the factors, where there
 *   are any, are A float32[inputs, rank] and B float32[rank, units]
 */
export function adaptedProduct(
  rows: SymbolicTensor,
  params: Readonly<Record<string, SymbolicTensor>>,
  kernel: string,
  units: number,
): SymbolicTensor {
  const w = params[kernel]!;
  const y = matmul(rows, w.shape.length === 2 ? w : reshape(w, { shape: [-1, units] }));
  const [down, up] = factorNames(kernel).map((name) => params[name]);
  return down && up ? add(y, matmul(matmul(rows, down), up)) : y;
}
