import type { OnnxNode } from "../../../io/onnx.ts";
import type { AnyLayer } from "../../../layers/defineLayer.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import type { OnnxConverter } from "./converter.ts";

/**
 * Attention in several heads that is half read: `softmax(q k' scale) v` in the order in which exporters write it down. It
 * becomes a layer at the product that the heads are mixed by.
 */
export interface Heads {
  readonly stage: "scores" | "weights" | "mixed" | "joined" | "flat";
  readonly q: LayerTensor;
  readonly k: LayerTensor;
  readonly v: LayerTensor | null;
  readonly scale: number;
  readonly causal: boolean;
}

/** A product of two values: of matrices, or with heads, where attention begins. @returns whether it was one */
export function attentionScores(c: OnnxConverter): boolean {
  if (c.isConstant(0) || c.isConstant(1)) return false;
  const name = c.node.outputs[0]!;
  const weights = c.heads.get(c.node.inputs[0]!);
  const right = c.value(1).t;
  if (weights) {
    if (weights.stage !== "weights") c.fail("is not read of attention that is not finished");
    c.heads.set(name, { ...weights, stage: "mixed", v: right });
    return true;
  }
  const left = c.value(0).t;
  if (left.shape.length === 2 && right.shape.length === 2) {
    const layer = c.layers.dot({ name: c.name(), axes: [2, 1] });
    c.set(c.apply(layer, left, right), false);
    return true;
  }
  if (left.shape.length !== 3 || right.shape.length !== 3) return false;
  c.heads.set(name, { stage: "scores", q: left, k: right, v: null, scale: 1, causal: false });
  return true;
}

/** Whether a constant hides later keys, and nothing else: 0 up to each query's own position, a very small number behind it. */
function isCausal({ data, shape }: Tensor): boolean {
  const [queries, keys] = [shape.at(-2) ?? 0, shape.at(-1) ?? 0];
  if (queries < 1 || queries !== keys || data.length !== queries * keys) return false;
  return [...data].every((v, i) => (i % keys > Math.floor(i / keys) ? v < -1e4 : v === 0));
}

/** Goes on with attention that is half read. @returns whether the node is a part of one */
export function attention(c: OnnxConverter): boolean {
  const { op, inputs, outputs } = c.node;
  const at = inputs.findIndex((name) => c.heads.has(name));
  if (at === -1) return false;
  const heads = c.heads.get(inputs[at]!)!;
  const next = (more: Partial<Heads>): true => {
    c.heads.set(outputs[0]!, { ...heads, ...more });
    return true;
  };
  if (op === "Identity" || op === "Dropout") return next({});
  if (heads.stage === "scores") {
    const other = inputs.length === 2 && c.isConstant(1 - at) ? c.required(1 - at) : null;
    const factor = other?.data.length === 1 ? other.data[0]! : null;
    if (factor !== null && op === "Mul") return next({ scale: heads.scale * factor });
    if (factor !== null && op === "Div" && at === 0) return next({ scale: heads.scale / factor });
    if (other && op === "Add" && !heads.causal && isCausal(other)) return next({ causal: true });
    if (op === "Softmax" && [-1, 3].includes(c.number("axis", -1)))
      return next({ stage: "weights" });
  }
  if (heads.stage === "weights" && op === "MatMul" && at === 0) return attentionScores(c);
  const perm = op === "Transpose" ? (c.list("perm") ?? []).join() : "";
  if (heads.stage === "mixed" && perm === "0,2,1,3") return next({ stage: "joined" });
  if (heads.stage === "joined" && op === "Reshape") {
    const width = heads.v!.shape[0]! * heads.v!.shape[2]!;
    const target = c.list("shape", 1) ?? [];
    const last = target.at(-1);
    if ((target.length === 2 || target.length === 3) && (last === width || last === -1)) {
      c.foldedHeads.set(outputs[0]!, target.length === 2);
      return next({ stage: "flat" });
    }
  }
  if (heads.stage === "flat" && at === 0 && (op === "MatMul" || op === "Gemm")) return false;
  return c.fail("is not read in the middle of attention");
}

/** What a projection to heads is made of: q, k or v = x kernel + bias, by heads. */
interface Projection {
  readonly x: LayerTensor;
  readonly heads: number;
  readonly width: number;
  readonly kernel: Tensor;
  readonly bias: Tensor | null;
  /** What it is multiplied by. */
  readonly factor: number;
}

/** Looks back from q, k or v to the dense layer that it is from, whose heads `order` has moved. */
function projectionOf(c: OnnxConverter, end: LayerTensor, order: string): Projection {
  let t = end;
  let axes = [1, 2, 3];
  let factor = 1;
  const back = (...kinds: string[]): AnyLayer | null => {
    const layer = t.call?.layer;
    if (!layer || !kinds.includes(layer.kind)) return null;
    t = t.call!.inputs[0]!;
    return layer;
  };
  const past = (): void => {
    for (;;) {
      const layer = back("permute", "rescaling");
      if (!layer) return;
      const { dims, scale, offset } = layer.options as {
        dims?: readonly number[];
        scale?: number;
        offset?: number;
      };
      if (dims) axes = axes.map((axis) => dims[axis - 1]!);
      else if (offset === 0) factor *= scale!;
      else c.fail("must be of attention whose scores are products alone");
    }
  };
  past();
  const split = t.shape;
  const fits = axes.join() === order && split.length === 3 && back("reshape") !== null;
  axes = [1, 2, 3];
  past();
  const layer = fits ? back("dense") : null;
  const weights = layer && c.weights.get(layer);
  if (!weights || layer.options["activation"] !== "linear" || t.shape.length !== 2)
    return c.fail("must be of attention whose queries, keys and values come from products");
  const [, heads, width] = split as [number, number, number];
  return { x: t, heads, width, kernel: weights["kernel"]!, bias: weights["bias"] ?? null, factor };
}

/**
 * The product that mixes the heads, and with it the layer.
 *
 * @param weight  float32[heads width, units]
 * @returns whether the node's input was attention
 */
export function attentionOutput(
  c: OnnxConverter,
  weight: Tensor,
  bias: Tensor | null,
  node: OnnxNode,
): boolean {
  const input = c.node.inputs[0]!;
  const found = c.heads.get(input);
  if (found?.stage !== "flat") return false;
  const [q, k, v] = [
    projectionOf(c, found.q, "2,1,3"),
    projectionOf(c, found.k, "2,3,1"),
    projectionOf(c, found.v!, "2,1,3"),
  ];
  const { heads, width } = q;
  const units = weight.shape[1]!;
  if (
    k.heads !== heads ||
    v.heads !== heads ||
    k.width !== width ||
    weight.shape[0] !== heads * v.width
  )
    c.fail("must be of attention with as many heads everywhere");
  // The layer divides by the root of the width itself: what is left over goes into the queries.
  const rest = found.scale * q.factor * k.factor * Math.sqrt(width);
  const factor = Math.abs(rest - 1) < 1e-6 ? 1 : rest;
  const useBias = [q, k, v].some((one) => one.bias !== null) || bias !== null;
  const parts: Record<string, Tensor> = {};
  const put = (name: string, { kernel, bias: own, width: w }: Projection, by: number): void => {
    const scaled = (data: Tensor["data"]): Float32Array => Float32Array.from(data, (n) => n * by);
    parts[`${name}/kernel`] = new Tensor(
      scaled(kernel.data),
      [kernel.shape[0]!, heads, w],
      "float32",
    );
    if (useBias)
      parts[`${name}/bias`] = new Tensor(
        own ? scaled(own.data) : new Float32Array(heads * w),
        [heads, w],
        "float32",
      );
  };
  put("query", q, factor);
  put("key", k, 1);
  put("value", v, v.factor);
  parts["attentionOutput/kernel"] = new Tensor(weight.data, [heads, v.width, units], "float32");
  if (useBias)
    parts["attentionOutput/bias"] = new Tensor(
      bias?.data ?? new Float32Array(units),
      [units],
      "float32",
    );
  const layer = c.layers.multiHeadAttention({
    name: c.name(),
    numHeads: heads,
    keyDim: width,
    valueDim: v.width,
    outputShape: units,
    useBias,
    useCausalMask: found.causal,
  });
  c.weights.set(layer, parts);
  const inputs = k.x === q.x && v.x === q.x ? [q.x, q.x] : [q.x, v.x, k.x];
  c.givesRows = c.foldedHeads.get(input) === true;
  c.set(c.apply(layer, ...inputs), false, node);
  c.givesRows = false;
  return true;
}
