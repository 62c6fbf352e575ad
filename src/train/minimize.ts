import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { ClosureOptimizer } from "../optim/lbfgs.ts";
import { sgd } from "../optim/sgd.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import type { Evaluate } from "../optim/strongWolfe.ts";
import { valueAndGrad } from "../plan/trace.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";

/** Options of `minimize`. */
export interface MinimizeOptions {
  /** Default `sgd()`. */
  optimizer?: Optimizer | ClosureOptimizer;
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

/** A step of an optimizer that evaluates the function as often as it wants to, in float64 around float32 values. */
function closureStep(
  at: ReturnType<typeof valueAndGrad>,
  optimizer: ClosureOptimizer,
  first: Tensor,
): (x: Float32Array) => Promise<number> {
  const run = optimizer.start();
  const precise = Float64Array.from(first.data);
  const evaluate: Evaluate = async (w) => {
    const { value, gradients } = await at(tensor(Float32Array.from(w), first.shape));
    return { value, gradient: Float64Array.from(gradients[0]!.data) };
  };
  return async (x) => {
    const value = await run.step(evaluate, precise);
    x.set(precise);
    return value;
  };
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
  const path: Tensor[] = [point()];
  const values: number[] = [];
  const take = "start" in optimizer ? closureStep(at, optimizer, first) : undefined;
  const run = "start" in optimizer ? undefined : optimizer.init([x]);
  for (let step = 0; step < steps; step++) {
    if (take) values.push(await take(x));
    else {
      await run!.lookAhead([x]);
      const { value, gradients } = await at(point());
      await run!.step([x], gradients);
      values.push(value);
    }
    path.push(point());
  }
  const { value } = await at(point());
  return { x: point(), value, path, values };
}
