import { ShapeError } from "../errors.ts";
import { type GradContext, type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import type { Address, Scalar, Slot } from "../kernels/command.ts";
import { gemmScratchBytes } from "../kernels/gemm.ts";
import { type DType, type Shape, broadcastShapes, printShape, sameShape } from "../shape.ts";
import { pad } from "./pad.ts";
import { slice } from "./slice.ts";
import { softmax } from "./activations/softmax.ts";
import { add, mul, sub } from "./binary.ts";
import { sumTo } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { greater } from "./compare.ts";
import { dropout } from "./dropout.ts";
import { fill } from "./fill.ts";
import { matmul } from "./matmul.ts";
import { maximum } from "./maximum.ts";
import { sum } from "./sum.ts";
import { transpose } from "./transpose.ts";
import { where } from "./where.ts";

/** Attributes of `attention`. */
export type AttentionAttrs = {
  /** Query i sees the keys 0 to i only. */
  causal: boolean;
  /** Factor of the products; null: `1 / sqrt(d)`. */
  scale: number | null;
  /** Probability of dropping a weight, in [0, 1); the others are divided by `1 - dropout`. */
  dropout: number;
  /** Number of the node in its model: drops of different streams are independent. */
  stream: number;
  /** Integer in [0, 2^53) that decides what is dropped; null: the seed that the training runs with. */
  seed: number | null;
};

const DEFAULTS: AttentionAttrs = { causal: false, scale: null, dropout: 0, stream: 0, seed: null };

/** Flags of the kernels. */
const CAUSAL = 1;
const ADDED = 2;
const KEPT = 4;

/** Queries of a block. Causal blocks of few keys are small: what they compute beyond the diagonal is lost. */
const BLOCK_ROWS = 48;
const SMALL_BLOCK_ROWS = 24;
const FEW_KEYS = 256;

/** Below this a score counts as hidden in the second derivative. */
const HIDDEN = -1e30;

interface Extents {
  batch: number;
  lq: number;
  lk: number;
  heads: number;
  d: number;
  dv: number;
}

function extents([q, k, v]: readonly Shape[]): Extents {
  const [batch, lq, heads, d] = q as [number, number, number, number];
  return { batch, lq, lk: k![1]!, heads, d, dv: v![3]! };
}

function blockRows({ lq, lk }: Extents, { causal }: AttentionAttrs): number {
  return Math.max(1, Math.min(lq, causal && lk <= FEW_KEYS ? SMALL_BLOCK_ROWS : BLOCK_ROWS));
}

function scaleOf({ d }: Extents, { scale }: AttentionAttrs): number {
  return scale ?? (d === 0 ? 1 : 1 / Math.sqrt(d));
}

/** Elements of the mask from one batch, head, query and key to the next. */
function maskStrides(mask: Shape): number[] {
  const strides = [0, 0, 0, 0];
  let step = 1;
  for (let i = 1; i <= mask.length; i++) {
    const n = mask.at(-i)!;
    if (n !== 1) strides[4 - i] = step;
    step *= n;
  }
  return strides;
}

function flagsOf({ causal }: AttentionAttrs, mask: Address, dtype: DType | undefined): number {
  const kind = mask === 0 ? 0 : dtype === "float32" ? ADDED : KEPT;
  return (causal ? CAUSAL : 0) | kind;
}

/** The kernels' arguments for dropout: rate, factor of what is kept, seed, stream, step. */
function dropArguments(
  { dropout, seed, stream }: AttentionAttrs,
  slot: (name: string) => Slot,
): [number, number, Scalar, Scalar, number, Scalar, Scalar] {
  if (dropout === 0) return [0, 1, 0, 0, 0, 0, 0];
  const low = seed === null ? slot("seedLow") : seed % 2 ** 32;
  const high = seed === null ? slot("seedHigh") : Math.floor(seed / 2 ** 32);
  return [dropout, 1 / (1 - dropout), low, high, stream, slot("stepLow"), slot("stepHigh")];
}

/** Bytes of one thread's block of scores, `copies` times, and of its products. */
function scratchBytes(shapes: readonly Shape[], attrs: AttentionAttrs, copies: number): number {
  const e = extents(shapes);
  const rows = blockRows(e, attrs);
  const width = 64 * (Math.ceil(e.lk / 16) | 1);
  const products: [number, number, number][] = [
    [rows, e.lk, Math.max(e.d, e.dv)],
    [rows, Math.max(e.d, e.dv), e.lk],
    [e.lk, Math.max(e.d, e.dv), rows],
  ];
  return (
    copies * rows * width + Math.max(...products.map(([m, n, k]) => gemmScratchBytes(m, n, k, 0)))
  );
}

function checkShapes([q, k, v, mask]: readonly Shape[]): void {
  const four = [q, k, v].every((shape) => shape!.length === 4);
  if (!four || q![0] !== k![0] || q![2] !== k![2] || q![3] !== k![3]) {
    throw new ShapeError(
      `attention: q and k must be [batch, length, heads, d], equal but for the length, got ${printShape(q!)} and ${printShape(k!)}`,
    );
  }
  if (!sameShape(v!.slice(0, 3), k!.slice(0, 3))) {
    throw new ShapeError(
      `attention: v must be [batch, keys, heads, dv] with one row a key of ${printShape(k!)}, got ${printShape(v!)}`,
    );
  }
  const scores = [q![0]!, q![2]!, q![1]!, k![1]!];
  if (!sameShape(broadcastShapes("attention", scores, mask!), scores)) {
    throw new ShapeError(
      `attention: the mask must broadcast to [batch, heads, queries, keys] = ${printShape(scores)}, got ${printShape(mask!)}`,
    );
  }
}

/** Moves the heads before the length, or back. */
function swapHeads(x: SymbolicTensor): SymbolicTensor {
  return transpose(x, { permutation: [0, 2, 1, 3] });
}

/** What the gradients of attention are made of, by plain ops: the whole matrix of scores. */
interface Composed {
  q: SymbolicTensor;
  k: SymbolicTensor;
  v: SymbolicTensor;
  dout: SymbolicTensor;
  /** The weights [batch, heads, lq, lk]. */
  p: SymbolicTensor;
  scale: number;
  /** What dropout does to such a matrix. */
  drop(x: SymbolicTensor): SymbolicTensor;
}

function compose(
  [q, k, v, mask]: readonly (SymbolicTensor | null)[],
  dout: SymbolicTensor,
  attrs: AttentionAttrs,
): Composed {
  const e = extents([q!.shape, k!.shape, v!.shape]);
  const scale = scaleOf(e, attrs);
  const [qh, kh, vh, dh] = [q!, k!, v!, dout].map(swapHeads) as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];
  let scores = mul(matmul(qh, kh, { transposeB: true }), scale);
  if (mask) {
    scores =
      mask.dtype === "float32"
        ? add(scores, mask)
        : where(cast(mask, { dtype: "bool" }), scores, constant(-Infinity));
  }
  if (attrs.causal) scores = add(scores, causalMask(e.lq, e.lk));
  // Rows that see no key would be NaN: the largest of nothing.
  const seen = cast(greater(scores, HIDDEN), { dtype: "float32" });
  const p = mul(softmax(maximum(scores, HIDDEN)), seen);
  const { dropout: rate, seed, stream } = attrs;
  // The kernels count the weights along rows of an odd number of lines.
  const row = 16 * (Math.ceil(e.lk / 16) | 1);
  const paddings = [0, 0, 0, row - e.lk].map((after) => [0, after] as const);
  const drop = (x: SymbolicTensor): SymbolicTensor => {
    if (rate === 0) return x;
    const drawn = dropout(pad(x, { paddings }), { rate, seed, stream });
    return slice(drawn, { axis: 3, begin: 0, size: e.lk });
  };
  return { q: qh, k: kh, v: vh, dout: dh, p, scale, drop };
}

/** 0 where query i may see key j, -Infinity behind: j > i. */
function causalMask(lq: number, lk: number): SymbolicTensor {
  const mask = new Float32Array(lq * lk);
  for (let i = 0; i < lq; i++) mask.fill(-Infinity, i * lk + Math.min(lk, i + 1), (i + 1) * lk);
  return constant(mask, [lq, lk]);
}

/** Gradient of softmax by its scores, `p (dp - sum p dp)`, of ops that have gradients themselves. */
function softmaxBackward(p: SymbolicTensor, dp: SymbolicTensor): SymbolicTensor {
  return mul(p, sub(dp, sum(mul(p, dp), { axis: -1, keepDims: true })));
}

/**
 * Second derivative, by plain ops. With a, b, c the gradients by dq, dk, dv, and by the chain rule through
 * `dq = scale ds k`, `dk = scale ds^T q`, `dv = (m p)^T dout`, `ds = p (dp - sum p dp)`, `dp = m (dout v^T)`, m being
 * what dropout multiplies by:
 *
 *     g = scale (a k^T + q b^T)           by ds
 *     w = m p (g - sum p g)               by dout v^T
 *     e = m (dout c^T) + g (dp - sum p dp) - dp sum p g      by p
 *     t = p (e - sum p e)                 by the scores
 */
function secondGradient({
  attrs,
  inputs,
  douts,
  needs,
}: GradContext<AttentionAttrs>): (SymbolicTensor | null)[] {
  const [, , , mask, , dout] = inputs;
  const { q, k, v, dout: d, p, scale, drop } = compose(inputs, dout!, attrs);
  const zero = constant(0);
  const [a, b, c] = douts.map((t, i) => (t ? swapHeads(t) : mul([q, k, v][i]!, zero))) as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];
  const B = { transposeB: true };
  const A = { transposeA: true };
  const sums = (x: SymbolicTensor): SymbolicTensor => sum(x, { axis: -1, keepDims: true });
  const dp = drop(matmul(d, v, B));
  const centered = sub(dp, sums(mul(p, dp)));
  const ds = mul(p, centered);
  const g = mul(add(matmul(a, k, B), matmul(q, b, B)), scale);
  const w = drop(softmaxBackward(p, g));
  const e = add(drop(matmul(d, c, B)), sub(mul(g, centered), mul(dp, sums(mul(p, g)))));
  const t = softmaxBackward(p, e);
  const scaled = (x: SymbolicTensor): SymbolicTensor => swapHeads(mul(x, scale));
  return [
    scaled(add(matmul(t, k), matmul(ds, b))),
    scaled(add(matmul(t, q, A), matmul(ds, a, A))),
    swapHeads(matmul(w, d, A)),
    needs(3) ? scoresToMask(t, mask!.shape) : null,
    null,
    swapHeads(add(matmul(w, v), matmul(drop(p), c))),
  ];
}

/** Gradients by q, k and v: its own op, because one pass over the scores gives all three. */
const attentionGrad: Op<AttentionAttrs> = /* @__PURE__ */ defineOp<AttentionAttrs>({
  name: "attentionGrad",
  inputs: ["q", "k", "v", "mask?", "stats", "dy"],
  outputs: ["dq", "dk", "dv"],
  attrs: DEFAULTS,
  shape: ([q, k, v]) => [q!, k!, v!],
  emit: (kernels, b, { attrs, shapes, dtypes, table, slot }) => {
    const e = extents([shapes["q"]!, shapes["k"]!, shapes["v"]!]);
    kernels.attentionGrad(
      b["q"]!,
      b["k"]!,
      b["v"]!,
      b["mask"]!,
      b["stats"]!,
      b["dy"]!,
      b["dq"]!,
      b["dk"]!,
      b["dv"]!,
      table(maskStrides(shapes["mask"]!)),
      e.lq,
      e.lk,
      e.heads,
      e.d,
      e.dv,
      blockRows(e, attrs),
      flagsOf(attrs, b["mask"]!, dtypes["mask"]),
      scaleOf(e, attrs),
      ...dropArguments(attrs, slot),
      e.batch * e.heads,
    );
  },
  grad: secondGradient,
  scratch: (shapes, attrs) => scratchBytes(shapes, attrs, 2),
  flops: (shapes) => 2.5 * products(shapes),
});

/** Floating-point operations of q k^T and of the weights with v. */
function products(shapes: readonly Shape[]): number {
  const { batch, heads, lq, lk, d, dv } = extents(shapes);
  return 2 * batch * heads * lq * lk * (d + dv);
}

/** Gradient by a mask that is added: the sums of ds. The one gradient that needs all scores at once. */
function maskGradient(
  inputs: readonly (SymbolicTensor | null)[],
  dout: SymbolicTensor,
  attrs: AttentionAttrs,
): SymbolicTensor {
  const { v, dout: d, p, drop } = compose(inputs, dout, attrs);
  const dp = drop(matmul(d, v, { transposeB: true }));
  return scoresToMask(softmaxBackward(p, dp), inputs[3]!.shape);
}

/** Sums of a gradient of the scores over what a mask was broadcast. A whole row's shift changes nothing. */
function scoresToMask(ds: SymbolicTensor, mask: Shape): SymbolicTensor {
  return (mask.at(-1) ?? 1) === 1 ? fill(constant(0), { shape: mask }) : sumTo(ds, mask);
}

/**
 * Scaled dot-product attention, `softmax(scale q k^T + mask) v` for every batch and head.
 *
 * q is float32[batch, queries, heads, d], k float32[batch, keys, heads, d], v float32[batch, keys, heads,
 * dv]; the result float32[batch, queries, heads, dv]: as the products of one dense layer for all heads
 * lie, so nothing is transposed. The mask broadcasts to [batch, heads, queries, keys]: float32 is added
 * to the scores, bool and uint8 keep where they are not 0. With `causal` query i sees the keys 0 to i,
 * also where there are more or fewer keys than queries.
 *
 * A query that sees no key gives zeros (and gets no gradient), where PyTorch 1.13 gives NaN. Scores are
 * computed in blocks of queries and again for the gradient: memory grows with the length, not with its
 * square. With `dropout` weights are dropped as the op `dropout` does, drawn again for the gradient. The gradient by an added mask alone, and second derivatives, hold all scores.
 * Source: Vaswani et al. 2017 (arXiv:1706.03762).
 *
 * @example
 *     attention(q, k, v, { causal: true })
 */
export const attention: Op<AttentionAttrs> = /* @__PURE__ */ defineOp<AttentionAttrs>({
  name: "attention",
  inputs: ["q", "k", "v", "mask?"],
  outputs: ["y", "stats"],
  attrs: DEFAULTS,
  shape: (shapes) => {
    checkShapes(shapes);
    const { batch, lq, heads, dv } = extents(shapes);
    return [
      [batch, lq, heads, dv],
      [batch, heads, lq, 2],
    ];
  },
  emit: (kernels, b, { attrs, shapes, dtypes, table, slot }) => {
    const e = extents([shapes["q"]!, shapes["k"]!, shapes["v"]!]);
    const rows = blockRows(e, attrs);
    kernels.attention(
      b["q"]!,
      b["k"]!,
      b["v"]!,
      b["mask"]!,
      b["y"]!,
      b["stats"]!,
      table(maskStrides(shapes["mask"]!)),
      e.lq,
      e.lk,
      e.heads,
      e.d,
      e.dv,
      rows,
      flagsOf(attrs, b["mask"]!, dtypes["mask"]),
      scaleOf(e, attrs),
      ...dropArguments(attrs, slot),
      e.batch * e.heads * Math.ceil(e.lq / rows),
    );
  },
  grad: ({ attrs, inputs, outputs, dout, needs }) => {
    const wanted = [0, 1, 2].some(needs)
      ? attentionGrad(...inputs, outputs[1], dout, attrs).node!.outputs
      : [null, null, null];
    return [...wanted, needs(3) ? maskGradient(inputs, dout, attrs) : null];
  },
  scratch: (shapes, attrs) => scratchBytes(shapes, attrs, 1),
  flops: (shapes) => products(shapes),
});
