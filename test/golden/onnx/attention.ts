import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { softmax } from "../../../src/ops/activations/softmax.ts";
import { tanh } from "../../../src/ops/activations/tanh.ts";
import { attention } from "../../../src/ops/attention.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import { broadcastTo } from "../../../src/ops/broadcastTo.ts";
import { cast } from "../../../src/ops/cast.ts";
import { equal, less, lessEqual } from "../../../src/ops/compare.ts";
import { concat } from "../../../src/ops/concat.ts";
import { gather } from "../../../src/ops/gather.ts";
import { logicalAnd } from "../../../src/ops/logical.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { max } from "../../../src/ops/max.ts";
import { neg } from "../../../src/ops/neg.ts";
import { pad } from "../../../src/ops/pad.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { slice } from "../../../src/ops/slice.ts";
import { stack } from "../../../src/ops/stack.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { where } from "../../../src/ops/where.ts";
import type { Shape } from "../../../src/shape.ts";
import { type NodeCall, type Operators, numberOf } from "./node.ts";

const swap = [0, 2, 1, 3];

/** [batch, length, heads d] as [batch, heads, length, d]. */
function heads(x: SymbolicTensor, count: number): SymbolicTensor {
  if (x.shape.length === 4) return x;
  const [batch, length, features] = x.shape as [number, number, number];
  const apart = reshape(x, { shape: [batch, length, count, features / count] });
  return transpose(apart, { permutation: swap });
}

/** Each head of the keys as often as queries share it. */
function shared(x: SymbolicTensor, count: number): SymbolicTensor {
  const [batch, own, length, d] = x.shape as [number, number, number, number];
  if (own === count) return x;
  const apart = reshape(x, { shape: [batch, own, 1, length, d] });
  return reshape(broadcastTo(apart, [batch, own, count / own, length, d]), {
    shape: [batch, count, length, d],
  });
}

/** 0, 1, ... along an axis of a shape of ones. */
function positions(count: number, shape: Shape): SymbolicTensor {
  return constant(
    Float32Array.from({ length: count }, (_, i) => i),
    shape,
  );
}

/** What is added to the scores, and what may be seen; null where that is nothing, or all. */
function maskOf(
  node: NodeCall,
  queries: number,
  keys: number,
  past: number,
): { bias: SymbolicTensor | null; seen: SymbolicTensor | null } {
  const [, , , mask, , , lengths] = node.x;
  const seen: SymbolicTensor[] = [];
  let bias: SymbolicTensor | null = null;
  if (mask) {
    const missing = keys - mask.shape.at(-1)!;
    const paddings = mask.shape.map((_, i): [number, number] => [
      0,
      i === mask.shape.length - 1 ? missing : 0,
    ]);
    if (mask.dtype === "bool") seen.push(pad(mask, { paddings }));
    else bias = pad(mask, { paddings, value: -Infinity });
  }
  const column = positions(keys, [1, 1, 1, keys]);
  const valid = lengths
    ? reshape(cast(lengths, { dtype: "float32" }), { shape: [-1, 1, 1, 1] })
    : null;
  if (valid) seen.push(less(column, valid));
  if (node.attrs["is_causal"] === 1) {
    const row = add(positions(queries, [1, 1, queries, 1]), valid ? sub(valid, queries) : past);
    seen.push(lessEqual(column, row));
  }
  return { bias, seen: seen.length > 0 ? seen.reduce((a, b) => logicalAnd(a, b)) : null };
}

function attend(node: NodeCall): (SymbolicTensor | null)[] {
  const [q0, k0, v0, , pastKey, pastValue] = node.x as readonly (SymbolicTensor | undefined)[];
  const q = heads(q0!, numberOf(node, "q_num_heads", 1));
  const joined = (x: SymbolicTensor, past: SymbolicTensor | undefined): SymbolicTensor => {
    const own = heads(x, numberOf(node, "kv_num_heads", 1));
    return past ? concat(past, own, { axis: 2 }) : own;
  };
  const [presentKey, presentValue] = [joined(k0!, pastKey), joined(v0!, pastValue)];
  const [batch, count, queries, d] = q.shape as [number, number, number, number];
  const [k, v] = [shared(presentKey, count), shared(presentValue, count)];
  const keys = k.shape[2]!;
  const scale = numberOf(node, "scale", 1 / Math.sqrt(d));
  const cap = numberOf(node, "softcap", 0);
  const { bias, seen } = maskOf(node, queries, keys, pastKey?.shape[2] ?? 0);

  const scores = mul(matmul(q, k, { transposeB: true }), scale);
  const capped = cap > 0 ? mul(tanh(div(scores, cap)), cap) : scores;
  const biased = bias ? add(capped, bias) : capped;
  const masked = seen ? where(seen, biased, constant(-Infinity)) : biased;
  const top = max(masked, { axis: -1, keepDims: true });
  const p = where(equal(top, -Infinity), constant(0), softmax(masked));
  const y = cap > 0 || bias ? matmul(p, v) : own(q, k, v, seen, scale);
  const merged =
    q0!.shape.length === 3
      ? reshape(transpose(y, { permutation: swap }), { shape: [batch, queries, -1] })
      : y;
  const outputs = [scores, capped, masked, p];
  return [merged, presentKey, presentValue, outputs[numberOf(node, "qk_matmul_output_mode", 0)]!];
}

/** The same by our fused op, where scores are neither capped nor biased. */
function own(
  q: SymbolicTensor,
  k: SymbolicTensor,
  v: SymbolicTensor,
  seen: SymbolicTensor | null,
  scale: number,
): SymbolicTensor {
  const [a, b, c] = [q, k, v].map((t) => transpose(t, { permutation: swap }));
  return transpose(attention(a, b, c, seen, { scale }), { permutation: swap });
}

/** Rotary positions: pairs of numbers are turned by angles whose cosines and sines are given. */
function rotary(node: NodeCall): SymbolicTensor {
  const [x0, cosines, sines, ids] = node.x as readonly (SymbolicTensor | undefined)[];
  const x = heads(x0!, numberOf(node, "num_heads", 1));
  const [batch, count, length, d] = x.shape as [number, number, number, number];
  const turned = numberOf(node, "rotary_embedding_dim", 0) || d;
  const half = turned / 2;
  const angle = (t: SymbolicTensor): SymbolicTensor =>
    reshape(ids ? gather(t, ids) : t, { shape: [batch, 1, length, half] });
  const [c, s] = [angle(cosines!), angle(sines!)];
  const part = slice(x, { axis: 3, size: turned });
  const interleaved = node.attrs["interleaved"] === 1;
  const [a, b] = interleaved
    ? [slice(part, { axis: 3, step: 2 }), slice(part, { axis: 3, begin: 1, step: 2 })]
    : [slice(part, { axis: 3, size: half }), slice(part, { axis: 3, begin: half })];
  const [real, imaginary] = [add(mul(c, a), neg(mul(s, b))), add(mul(s, a), mul(c, b))];
  const both = interleaved
    ? reshape(stack(real, imaginary, { axis: -1 }), { shape: [batch, count, length, turned] })
    : concat(real, imaginary, { axis: 3 });
  const y = turned === d ? both : concat(both, slice(x, { axis: 3, begin: turned }), { axis: 3 });
  return x0!.shape.length === 4
    ? y
    : reshape(transpose(y, { permutation: swap }), { shape: x0!.shape });
}

/** ONNX's attention and rotary positions. */
export const attentionOperators: Operators = { Attention: attend, RotaryEmbedding: rotary };
