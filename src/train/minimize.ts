import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sgd } from "../optim/sgd.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import { valueAndGrad } from "../plan/trace.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";

/** Options of `minimize`. */
export interface MinimizeOptions {
  /** Default `sgd()`. */
  optimizer?: Optimizer;
  /** Default 100. */
  steps?: number;
}

/** Where `minimize` ended, and how it came there. */
export interface Minimum {
  readonly x: Tensor;
  readonly value: number;
  /** The point before each step, and the last: steps + 1 tensors. */
  readonly path: readonly Tensor[];
  /** The value at each point of the path but the last. */
  readonly values: readonly number[];
}

/**
 * Descends on a function of one tensor from a starting point.
 *
 * @example
 *     const { x } = await minimize((w) => sum(square(w)), [1, 2], { optimizer: adam({ learningRate: 0.1 }), steps: 200 });
 */
export async function minimize(
  f: (x: SymbolicTensor) => SymbolicTensor,
  start: TensorLike,
  options: MinimizeOptions = {},
): Promise<Minimum> {
  const { optimizer, steps } = withDefaults<Required<MinimizeOptions>>(
    "minimize",
    { optimizer: sgd(), steps: 100 },
    options,
  );
  const first = tensor(start, undefined, "float32");
  const x = Float32Array.from(first.data);
  const point = (): Tensor => tensor(Float32Array.from(x), first.shape);
  const at = valueAndGrad(f);
  const run = optimizer.init([x]);
  const path: Tensor[] = [point()];
  const values: number[] = [];
  for (let step = 0; step < steps; step++) {
    await run.lookAhead([x]);
    const { value, gradients } = await at(point());
    await run.step([x], gradients);
    path.push(point());
    values.push(value);
  }
  const { value } = await at(point());
  return { x: point(), value, path, values };
}
