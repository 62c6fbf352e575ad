import type { SymbolicTensor } from "../graph/symbolic.ts";
import { add } from "../ops/binary.ts";
import { matmul } from "../ops/matmul.ts";

/**
 * `rows kernel`, and where the layer is adapted `rows kernel + (rows A) B`: two thin products in place of one that is
 * as large as the kernel, so that no gradient of the kernel's size is made. See `lora`.
 *
 * @param rows    float32[n, inputs]
 * @param kernel  float32[inputs, units]: the parameter `name`, its axes put together
 * @param params  the layer's parameters; the factors of an adapted kernel are A float32[inputs, rank], `name/loraA`,
 *   and B float32[rank, units], `name/loraB`
 */
export function adaptedProduct(
  rows: SymbolicTensor,
  kernel: SymbolicTensor,
  params: Readonly<Record<string, SymbolicTensor>>,
  name: string,
): SymbolicTensor {
  const y = matmul(rows, kernel);
  const down = params[`${name}/loraA`];
  return down ? add(y, matmul(matmul(rows, down), params[`${name}/loraB`]!)) : y;
}
