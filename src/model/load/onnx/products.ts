import type { OnnxNode } from "../../../io/onnx.ts";
import { printShape } from "../../../shape.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { permuted } from "../torchWeights.ts";
import { attentionOutput, attentionScores } from "./attention.ts";
import type { OnnxConverter } from "./converter.ts";

/** Takes a constant that the only user of this node's output adds: the bias of what comes before it. */
export function absorbedBias(
  c: OnnxConverter,
  size: number,
): { bias: Tensor; node: OnnxNode } | null {
  const output = c.node.outputs[0]!;
  const users = c.uses.get(output) ?? [];
  if (users.length !== 1 || users[0]!.op !== "Add") return null;
  if (c.graph.outputs.some(({ name }) => name === output)) return null;
  const node = users[0]!;
  const other = node.inputs.find((name) => name !== output) ?? "";
  const bias = c.constants.get(other);
  if (!bias || bias.data.length !== size) return null;
  // [C, 1, 1] behind a convolution, [N] or [1, N] behind a product.
  const trailing = c.node.op === "Conv" ? c.node.attributes["kernel_shape"] : [];
  const after = Array.isArray(trailing) ? trailing.length : 2;
  const { shape } = bias;
  if ((shape.at(-1 - after) ?? (size === 1 ? 1 : 0)) !== size) return null;
  c.absorbed.add(node);
  return { bias, node };
}

/** @param given  the weights as the file has them: products with the same ones share a layer */
function dense(
  c: OnnxConverter,
  given: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  node: OnnxNode,
): void {
  if (attentionOutput(c, weight, bias, node)) return;
  const x = c.value(0);
  const t = c.first(x);
  const [features, units] = weight.shape as [number, number];
  if (weight.shape.length !== 2 || t.shape.at(-1) !== features)
    c.fail(`must have weights for ${t.shape.at(-1)} features, got ${printShape(weight.shape)}`);
  const shared = c.products.find((one) => one.given === given && one.bias === bias);
  if (shared) return c.set(c.apply(shared.layer, t), false, node);
  const layer = c.layers.dense({ name: c.name(), units, useBias: bias !== null });
  c.products.push({ given, bias, layer });
  c.weights.set(layer, {
    kernel: weight,
    ...(bias && { bias: new Tensor(bias.data, [units], "float32") }),
  });
  c.set(c.apply(layer, t), false, node);
}

/** `Gemm` as a dense layer. */
export function gemm(c: OnnxConverter): void {
  if (c.number("alpha", 1) !== 1 || c.number("beta", 1) !== 1 || c.number("transA", 0) !== 0)
    c.fail("must have alpha 1, beta 1 and transA 0");
  const b = c.required(1);
  if (b.shape.length !== 2) c.fail("must have weights of two axes");
  const weight = c.number("transB", 0) === 0 ? b : permuted(b, [1, 0]);
  const bias = c.constant(2);
  if (bias && bias.data.length !== weight.shape[1])
    c.fail(`must have a bias of ${weight.shape[1]}`);
  dense(c, b, weight, bias, c.node);
}

/** `MatMul` with a constant, and the sum behind it, as a dense layer. */
export function matmul(c: OnnxConverter): void {
  if (attentionScores(c)) return;
  const weight = c.required(1);
  const extra = weight.shape.length === 2 ? absorbedBias(c, weight.shape[1]!) : null;
  dense(c, weight, weight, extra?.bias ?? null, extra?.node ?? c.node);
}

/** `InstanceNormalization`: each channel of each sample is a group of its own. */
export function instanceNorm(c: OnnxConverter): void {
  const x = c.lastOf(c.value(0));
  const [gamma, beta] = [c.required(1), c.required(2)];
  const layer = c.layers.groupNormalization({
    name: c.name(),
    groups: x.shape.at(-1)!,
    epsilon: c.number("epsilon", 1e-5),
  });
  c.weights.set(layer, { gamma, beta });
  c.set(c.apply(layer, x), x.shape.length > 1);
}

/** Normalization by running statistics. */
export function batchNorm(c: OnnxConverter): void {
  const value = c.value(0);
  const x = c.lastOf(value);
  const [gamma, beta, movingMean, movingVariance] = [1, 2, 3, 4].map((i) => c.required(i)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const layer = c.layers.batchNormalization({
    name: c.name(),
    epsilon: c.number("epsilon", 1e-5),
    momentum: c.number("momentum", 0.9),
  });
  c.weights.set(layer, { gamma, beta, movingMean, movingVariance });
  c.set(c.apply(layer, x), x.shape.length > 1);
}
