import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { mul } from "../ops/binary.ts";
import { squaredError } from "../ops/elementLosses.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { sizeOf } from "../shape.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Column `j` of a matrix: a product with a unit vector, which is exact. */
function column(x: SymbolicTensor, j: number): SymbolicTensor {
  const [rows, width] = x.shape as [number, number];
  if (width === 1) return reshape(x, { shape: [rows] });
  const unit = new Float32Array(width);
  unit[j] = 1;
  return reshape(matmul(x, constant(unit, [width, 1])), { shape: [rows] });
}

/**
 * Coefficient of determination, `1 - sum (y - t)^2 / sum (t - mean t)^2`, averaged over the outputs. 1 is best; 0 is
 * what the mean achieves. Targets without variance give 1 where they are met exactly, otherwise 0.
 *
 * The denominator comes from running sums, `sum t^2 - (sum t)^2 / n`. Each batch is summed in float32, the batches
 * in float64: its relative error is at most about 2^-22 (1 + mean^2 / variance). Center targets whose mean is
 * hundreds of standard deviations from 0.
 */
export const r2: (options?: Record<never, never>) => Metric = /* @__PURE__ */ defineMetric({
  name: "r2",
  defaults: {},
  labels: "values",
  terms: (target, output) => {
    const [rows, ...rest] = target.shape as [number, ...number[]];
    const width = sizeOf(rest);
    const t = reshape(target, { shape: [rows, width] });
    const y = reshape(output, { shape: [rows, width] });
    const [square, error] = [mul(t, t), squaredError(y, t)];
    return Array.from({ length: width }, (_, j) => [
      column(t, j),
      column(square, j),
      column(error, j),
    ]).flat();
  },
  result: (sums, weight) => {
    let total = 0;
    for (let j = 0; j < sums.length; j += 3) {
      const [first, second, error] = [sums[j]!, sums[j + 1]!, sums[j + 2]!];
      const spread = second - (first * first) / weight;
      total += spread > 0 ? 1 - error / spread : error === 0 ? 1 : 0;
    }
    return (3 * total) / sums.length;
  },
});
