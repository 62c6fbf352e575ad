import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add, mul } from "../../../src/ops/binary.ts";
import { batchNorm, batchNormInference, groupNorm } from "../../../src/ops/groupNorm.ts";
import { layerNorm, rmsNorm } from "../../../src/ops/layerNorm.ts";
import { gelu } from "../../../src/ops/activations/gelu.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { constant } from "../../../src/graph/symbolic.ts";
import { channelsFirst, channelsLast } from "./channels.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** PyTorch's running statistics: `momentum` is the share of the batch, and its variance is unbiased. */
function moved(
  running: SymbolicTensor,
  batch: SymbolicTensor,
  momentum: number,
  factor: number,
): SymbolicTensor {
  return add(mul(running, 1 - momentum), mul(batch, momentum * factor));
}

/** n / (n - 1) of the elements of a channel. */
function unbiased(x: SymbolicTensor): number {
  const n = x.shape.reduce((a, b) => a * b, 1) / x.shape[1]!;
  return n / (n - 1);
}

/** PyTorch's names. */
type Attrs = Readonly<{ momentum: number; eps: number }>;

/** Golden names of norm.json. */
export const normOps: GoldenOps = {
  batch_norm_train: ({ x, weight, bias, running_mean, running_var }, attrs) => {
    const { momentum, eps } = attrs as Attrs;
    const { y, mean, variance } = batchNorm(channelsLast(x!), weight, bias, { epsilon: eps });
    return {
      y: channelsFirst(y),
      ...(running_mean && { running_mean_out: moved(running_mean, mean, momentum, 1) }),
      ...(running_var && {
        running_var_out: moved(running_var, variance, momentum, unbiased(x!)),
      }),
    };
  },
  batch_norm_eval: ({ x, weight, bias, running_mean, running_var }, { eps }) =>
    channelsFirst(
      batchNormInference(channelsLast(x!), running_mean!, running_var!, weight, bias, {
        epsilon: eps as number,
      }),
    ),
  batch_norm_sequence: (inputs, attrs) => {
    const { momentum, eps } = attrs as Attrs;
    const c = inputs["x0"]!.shape[1]!;
    let mean = constant(new Float32Array(c));
    let variance = constant(new Float32Array(c).fill(1));
    const out: Record<string, SymbolicTensor> = {};
    [inputs["x0"]!, inputs["x1"]!, inputs["x2"]!].forEach((x, i) => {
      const batch = batchNorm(x, null, null, { epsilon: eps });
      mean = moved(mean, batch.mean, momentum, 1);
      variance = moved(variance, batch.variance, momentum, unbiased(x));
      out[`y${i}`] = batch.y;
      out[`running_mean${i}`] = mean;
      out[`running_var${i}`] = variance;
    });
    out["eval_x0"] = batchNormInference(inputs["x0"]!, mean, variance, null, null, {
      epsilon: eps,
    });
    return out;
  },
  group_norm: ({ x, weight, bias }, { num_groups, eps }) =>
    channelsFirst(
      groupNorm(channelsLast(x!), weight, bias, {
        groups: num_groups as number,
        epsilon: eps as number,
      }),
    ),
  layer_norm: ({ x, weight, bias }, { normalized_shape, eps }) =>
    layerNorm(x!, weight, bias, {
      axis: (normalized_shape as number[]).map((_, i) => -1 - i),
      epsilon: eps as number,
    }),
  rms_norm: ({ x, weight }, { eps }) => rmsNorm(x!, weight, { epsilon: eps as number }),
  residual: ({ x, w1, w2, g, b }) =>
    layerNorm(add(x, matmul(gelu(matmul(x, w1)), w2)), g, b, { epsilon: 1e-5 }),
};
