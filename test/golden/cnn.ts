import { activation } from "../../src/layers/activation.ts";
import { batchNormalization } from "../../src/layers/batchNormalization.ts";
import { conv2d } from "../../src/layers/conv.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { dense } from "../../src/layers/dense.ts";
import { flatten } from "../../src/layers/flatten.ts";
import { maxPooling2d } from "../../src/layers/maxPooling.ts";
import { reshape } from "../../src/layers/reshape.ts";
import { type Sequential, sequential } from "../../src/model/sequential.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { type Encoded, type EncodedTensors, decode } from "./golden.ts";

/** PyTorch's [out, in, ...window] as [...window, in, out]. */
function turned(weight: Encoded, what: string, shape: readonly number[]): Tensor {
  const values = decode(weight, what);
  const out = weight.shape[0]!;
  const inputs = shape.at(-2)!;
  const area = values.length / out / inputs;
  return tensor(
    Float32Array.from(values, (_, i) => {
      const [o, c, tap] = [i % out, Math.floor(i / out) % inputs, Math.floor(i / out / inputs)];
      return values[(o * inputs + c) * area + tap]!;
    }),
    shape,
  );
}

/**
 * The "cnn" that the note in training.json describes: two convolutions, the first normalized, each with relu and
 * pooling, and a product. PyTorch flattens channels first, so the product's rows are in another order here.
 */
export function cnnOf(
  { sizes: [first, second], initial }: { sizes: readonly number[]; initial: EncodedTensors },
  features: number,
): Sequential {
  const side = Math.sqrt(features);
  const convolution = (filters: number): Layer =>
    conv2d({ filters, kernelSize: 3, padding: "same" });
  const classes = initial["b"]!.shape[0]!;
  const model = sequential([
    reshape({ targetShape: [side, side, 1], inputShape: [features] }),
    convolution(first!),
    batchNormalization({ momentum: 0.9, epsilon: 1e-5, unbiasedRunningVariance: true }),
    activation({ activation: "relu" }),
    maxPooling2d({}),
    convolution(second!),
    activation({ activation: "relu" }),
    maxPooling2d({}),
    flatten(),
    dense({ units: classes }),
  ]);
  const plain = (name: string): Tensor =>
    tensor(Float32Array.from(decode(initial[name], `initial.${name}`)), initial[name]!.shape);
  const filled = (value: number): Tensor => tensor(new Float32Array(first!).fill(value), [first!]);
  const kernel = turned(initial["w"]!, "initial.w", [(side / 4) ** 2, second!, classes]);
  model.setWeights([
    turned(initial["k0"]!, "initial.k0", [3, 3, 1, first!]),
    plain("c0"),
    plain("g0"),
    plain("h0"),
    filled(0),
    filled(1),
    turned(initial["k1"]!, "initial.k1", [3, 3, first!, second!]),
    plain("c1"),
    tensor(kernel.data, [kernel.size / classes, classes]),
    plain("b"),
  ]);
  return model;
}
