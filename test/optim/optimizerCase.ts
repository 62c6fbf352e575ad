import type {
  Optimizer,
  OptimizerFactory,
  OptimizerOptions,
} from "../../src/optim/defineOptimizer.ts";

/** What a case file gives: a list of optimizers, each exercised by every law. */
export interface OptimizerCase {
  readonly name: string;
  readonly optimizers: readonly Optimizer[];
}

/** A case from a factory and the options to try. */
export function optimizerCase<O>(
  factory: OptimizerFactory<O>,
  options: readonly OptimizerOptions<O>[],
): OptimizerCase {
  const optimizers = options.map((o) => factory(o));
  return { name: optimizers[0]!.name, optimizers };
}
