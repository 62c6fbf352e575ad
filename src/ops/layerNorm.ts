import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, axisOf, printShape, sameShape, sizeOf } from "../shape.ts";
import { normSecond } from "./normSecond.ts";
import { reshape } from "./reshape.ts";

type RowAttrs = { centered: boolean; epsilon: number };

const DEFAULTS: RowAttrs = { centered: true, epsilon: 1e-3 };

/** Rows whose gradients by the parameters the kernel adds in f32: assembly/ops/layerNorm.ts. */
const BLOCK = 64;

const rowsGrad: Op<RowAttrs> = /* @__PURE__ */ defineOp<RowAttrs>({
  name: "normalizeRowsGrad",
  inputs: ["x", "dy", "mean", "rstd", "gamma?"],
  outputs: ["dx", "dgamma", "dbeta"],
  attrs: DEFAULTS,
  shape: ([x]) => [x!, [x![1]!], [x![1]!]],
  emit: (k, b, { shapes, attrs }) => {
    const [rows, width] = shapes["x"]! as [number, number];
    if (width === 0) return;
    const blocks = Math.ceil(rows / BLOCK);
    const [products, totals] = [b["products"]!, b["totals"]!];
    k.layerNormGrad(
      b["x"]!,
      b["dy"]!,
      b["mean"]!,
      b["rstd"]!,
      b["gamma"]!,
      b["dx"]!,
      products,
      totals,
      rows,
      width,
      attrs.centered ? 1 : 0,
      blocks,
    );
    k.reduceSum(products, b["dgamma"]!, blocks, width, width);
    k.reduceSum(totals, b["dbeta"]!, blocks, width, width);
  },
  grad: ({ inputs: [x, dy, , , gamma], attrs, douts }) => {
    const [rows, width] = x!.shape as [number, number];
    const dims = [rows, 1, 1, width] as const;
    const second = { x: x!, dy: dy!, gamma: gamma ?? null, dims, ...attrs, douts };
    const [byX, byDy, byGamma] = normSecond(second);
    // The statistics are functions of x, and their part is in its gradient.
    return [byX, byDy, null, null, byGamma];
  },
  workspace: ([x]) => {
    const bytes = 4 * Math.ceil(x![0]! / BLOCK) * x![1]!;
    return { products: bytes, totals: bytes };
  },
  scratch: ([x]) => 16 + 16 * Math.ceil(x![1]! / 4),
  inPlace: 1,
  flops: ([x]) => 12 * sizeOf(x!),
});

const rowsOp: Op<RowAttrs> = /* @__PURE__ */ defineOp<RowAttrs>({
  name: "normalizeRows",
  inputs: ["x", "gamma?", "beta?"],
  outputs: ["y", "mean", "rstd"],
  attrs: DEFAULTS,
  shape: ([x]) => [x!, [x![0]!], [x![0]!]],
  emit: (k, b, { shapes, attrs }) => {
    const [rows, width] = shapes["x"]! as [number, number];
    k.layerNorm(
      b["x"]!,
      b["gamma"]!,
      b["beta"]!,
      b["y"]!,
      b["mean"]!,
      b["rstd"]!,
      width,
      attrs.centered ? 1 : 0,
      attrs.epsilon,
      width > 0 ? rows : 0,
    );
  },
  grad: ({ inputs: [x, gamma, beta], outputs, attrs, dout }) => {
    const first = rowsGrad(x, dout, outputs[1], outputs[2], gamma, attrs);
    const [dx, dgamma, dbeta] = first.node!.outputs;
    return [dx!, gamma ? dgamma! : null, beta ? dbeta! : null];
  },
  scratch: () => 16,
  flops: ([x]) => 9 * sizeOf(x!),
});

/** Attributes of layerNorm and rmsNorm. */
export interface LayerNormOptions {
  /** Axes to normalize over: the last, or the last few. Default -1. */
  axis?: number | readonly number[];
  /** Added to the variance. Default 1e-3 in layerNorm, 1e-6 in rmsNorm, as in Keras. */
  epsilon?: number;
}

type Given = SymbolicTensor | null | undefined;

/** First of the normalized axes, which must be the last ones. @throws ShapeError @internal */
export function firstAxis(subject: string, axis: LayerNormOptions["axis"], x: Shape): number {
  const list = (typeof axis === "number" ? [axis] : (axis ?? [-1]))
    .map((a) => axisOf(subject, a, x.length))
    .sort((a, b) => a - b);
  const first = x.length - list.length;
  if (list.length === 0 || list.some((a, i) => a !== first + i)) {
    throw new ShapeError(
      `${subject}: axis must name the last axes of ${printShape(x)}, got ${JSON.stringify(axis)}; transpose the input`,
    );
  }
  return first;
}

function normalizeRows(
  subject: string,
  x: SymbolicTensor,
  gamma: Given,
  beta: Given,
  axis: LayerNormOptions["axis"],
  attrs: RowAttrs,
): SymbolicTensor {
  const first = firstAxis(subject, axis, x.shape);
  const own = x.shape.slice(first);
  const width = sizeOf(own);
  const flat = (name: string, t: Given): SymbolicTensor | null => {
    if (!t) return null;
    if (!sameShape(t.shape, own)) {
      throw new ShapeError(
        `${subject}: ${name} must have the shape of the normalized axes, ${printShape(own)}, got ${printShape(t.shape)}`,
      );
    }
    return reshape(t, { shape: [width] });
  };
  const rows = reshape(x, { shape: [sizeOf(x.shape.slice(0, first)), width] });
  return reshape(rowsOp(rows, flat("gamma", gamma), flat("beta", beta), attrs), {
    shape: x.shape,
  });
}

/**
 * Layer normalization, `y = (x - mean) / sqrt(variance + epsilon) gamma + beta` over the last axes of each sample.
 * The variance is biased. A NaN stays in its row. Source: Ba et al. 2016.
 *
 * gamma, beta: float32 of the shape of the normalized axes, 1 and 0 where they are left out.
 *
 * @throws ShapeError where axes are not the last, or gamma and beta have another shape
 */
export function layerNorm(
  x: SymbolicTensor,
  gamma?: Given,
  beta?: Given,
  { axis = -1, epsilon = 1e-3 }: LayerNormOptions = {},
): SymbolicTensor {
  return normalizeRows("layerNorm", x, gamma, beta, axis, { centered: true, epsilon });
}

/**
 * RMS normalization, `y = x / sqrt(mean(x^2) + epsilon) gamma` over the last axes of each sample.
 * Source: Zhang & Sennrich 2019.
 *
 * gamma: float32 of the shape of the normalized axes, 1 where it is left out.
 *
 * @throws ShapeError where axes are not the last, or gamma has another shape
 */
export function rmsNorm(
  x: SymbolicTensor,
  gamma?: Given,
  { axis = -1, epsilon = 1e-6 }: LayerNormOptions = {},
): SymbolicTensor {
  return normalizeRows("rmsNorm", x, gamma, null, axis, { centered: false, epsilon });
}
