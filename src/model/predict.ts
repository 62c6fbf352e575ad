import { OptionError, withDefaults } from "../errors.ts";
import { runningEngine } from "../kernels/engine.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { sizeOf } from "../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import { batchSizeFor } from "./batchSize.ts";
import { inputsFor } from "./data.ts";
import { stepsFor } from "./evaluate.ts";
import type { Model } from "./model.ts";
import { ResidentData } from "./resident.ts";
import type { Runner } from "./runner.ts";

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
}

/** Batches between two turns of the event loop. */
const BATCHES_A_TURN = 64;

/** The outputs, batch after batch; pauses now and then, and returns them all. */
function* batches(
  model: Model,
  runner: Runner,
  inputs: Tensor,
  batch: number,
): Generator<void, Tensor> {
  const rows = inputs.shape[0]!;
  const data = new ResidentData(runner.engine);
  try {
    const source = { x: [data.add(inputs)] };
    runner.prepare(stepsFor("predict", rows, batch), [inputs.dtype]);
    const shape = model.tensors.outputs[0]!.shape;
    const width = sizeOf(shape);
    const out = new Float32Array(rows * width);
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      const plan = runner.plan("predict", count, [inputs.dtype]);
      runner.bind(plan, source, 0);
      plan.setUint("cursor", from);
      plan.run();
      const at = plan.output("y0") >>> 2;
      out.set(runner.engine.f32.subarray(at, at + count * width), from * width);
      if ((from / batch) % BATCHES_A_TURN === BATCHES_A_TURN - 1) yield;
    }
    return tensor(out, [rows, ...shape]);
  } finally {
    data.free();
  }
}

function prepared(
  model: Model,
  x: TensorLike,
  options: PredictOptions,
): { inputs: Tensor; batch: number } {
  const { batchSize } = withDefaults<Required<PredictOptions>>(
    "predict",
    { batchSize: 32 },
    options,
  );
  const inputs = inputsFor("predict", model, x);
  return { inputs, batch: batchSizeFor("predict", batchSize, inputs.shape[0]!) };
}

/** Outputs for some samples, [rows, ...]. */
export async function predict(
  model: Model,
  x: TensorLike,
  options: PredictOptions,
): Promise<Tensor> {
  const { inputs, batch } = prepared(model, x, options);
  const steps = batches(model, await model.runner(), inputs, batch);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await yieldToLoop();
  }
}

/** `predict` without a promise. @throws OptionError before the engine has started */
export function predictSync(model: Model, x: TensorLike, options: PredictOptions): Tensor {
  const { inputs, batch } = prepared(model, x, options);
  const engine = runningEngine();
  if (!engine)
    throw new OptionError("predictSync: the engine must have started; await init() first");
  const steps = batches(model, model.runnerOn(engine), inputs, batch);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
