import { withDefaults } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { batchSizeFor } from "./batchSize.ts";
import { inputsFor } from "./data.ts";
import type { Model } from "./model.ts";
import { ResidentData } from "./resident.ts";

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
}

/** Outputs for some samples, [rows, ...]. */
export async function predict(model: Model, x: TensorLike, options: PredictOptions): Promise<Tensor> {
  const { batchSize } = withDefaults<Required<PredictOptions>>("predict", { batchSize: 32 }, options);
  const inputs = inputsFor("predict", model, x);
  const rows = inputs.shape[0]!;
  const batch = batchSizeFor("predict", batchSize, rows);
  const runner = await model.runner();
  const rest = rows % batch;
  runner.prepare([["predict", batch], ...(rest > 0 ? [["predict", rest] as const] : [])], [inputs.dtype]);
  const data = new ResidentData(runner.engine);
  try {
    const source = { x: [data.add(inputs)] };
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
      if ((from / batch) % 64 === 63) await yieldToLoop();
    }
    return tensor(out, [rows, ...shape]);
  } finally {
    data.free();
  }
}
