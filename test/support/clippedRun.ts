import { emitClipping } from "../../src/optim/clip.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { OptimizerRun, type Space } from "./optimizerRun.ts";

/** A run whose gradients pass the clipping that the optimizer's options ask for. One parameter. */
export function clippedRun(
  space: Space,
  optimizer: Optimizer,
  values: ArrayLike<number>,
): { param: Float32Array; step(gradient: ArrayLike<number>): void } {
  const run = new OptimizerRun(space, optimizer, values);
  const { options } = optimizer;
  const size = values.length;
  // The common norm's factor goes where the update reads it.
  const first = options.globalClipNorm !== null && options.clipNorm === null ? [run.gradScale] : [];
  const cells = {
    slot: () => first.pop() ?? space.slot(),
    table: (words: ArrayLike<number>) => {
      const address = space.alloc(4 * words.length);
      new Uint32Array(space.memory.buffer, address, words.length).set(Array.from(words));
      return address;
    },
  };
  const clip = space.program((k) => {
    emitClipping(k, cells, options, {
      gradients: run.grad,
      layout: [{ offset: 0, size, decays: true }],
      trainedBytes: 4 * size,
    });
  });
  return {
    param: run.param,
    step(gradient) {
      run.begin();
      run.end(gradient, clip);
    },
  };
}
