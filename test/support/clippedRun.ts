import { emitClipFactor, normBlocks } from "../../src/optim/clip.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { OptimizerRun, type Space } from "./optimizerRun.ts";

/** A run whose gradients pass the clipping that the optimizer's options ask for. One parameter. */
export function clippedRun(
  space: Space,
  optimizer: Optimizer,
  values: ArrayLike<number>,
): { param: Float32Array; step(gradient: ArrayLike<number>): void } {
  const run = new OptimizerRun(space, optimizer, values);
  const { clipValue, clipNorm, globalClipNorm } = optimizer.options;
  const limit = clipNorm ?? globalClipNorm;
  const size = values.length;
  const partials = space.alloc(8 * normBlocks(size));
  const buffers = { grad: run.grad, size, partials, factor: run.gradScale, norm: space.slot() };
  const clip = space.program((k) => {
    if (clipValue !== null) k.clipValue(run.grad, clipValue, size);
    if (limit !== null) emitClipFactor(k, buffers, limit, optimizer.options);
  });
  return {
    param: run.param,
    step(gradient) {
      run.begin();
      run.end(gradient, clip);
    },
  };
}
