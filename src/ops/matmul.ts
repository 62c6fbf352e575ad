import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { gemmScratchBytes } from "../kernels/gemm.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { sumTo } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";

/** Attributes of a product. */
export type MatmulAttrs = {
  /** The first operand is stored as [k, m]. */
  transposeA: boolean;
  /** The second operand is stored as [n, k]. */
  transposeB: boolean;
  /** What the epilogue applies: "linear" or "relu". Set by fusion. */
  activation: string;
};

/** Codes of the kernel's epilogue. */
const ACTIVATIONS: Readonly<Record<string, number>> = { linear: 0, relu: 1 };

/** Rows, columns and inner length of the product of two matrices (the last two axes). */
function extents([a, b]: readonly Shape[], { transposeA, transposeB }: MatmulAttrs): [number, number, number, number] {
  const [m, k] = transposeA ? [a!.at(-1)!, a!.at(-2)!] : [a!.at(-2)!, a!.at(-1)!];
  const [n, k2] = transposeB ? [b!.at(-2)!, b!.at(-1)!] : [b!.at(-1)!, b!.at(-2)!];
  return [m, n, k, k2];
}

function flagsOf(attrs: MatmulAttrs, m: number, n: number): number {
  // The longer side shares more evenly, and each thread packs less of the larger operand.
  const columns = n > m;
  return (
    (attrs.transposeA ? 1 : 0) | (attrs.transposeB ? 2 : 0) | (columns ? 4 : 0) | (ACTIVATIONS[attrs.activation]! << 8)
  );
}

/**
 * Product of the last two axes, `out = op(a) op(b) + bias`; leading axes are batch axes and must be
 * equal, or missing in b.
 */
export const matmul: Op<MatmulAttrs> = /* @__PURE__ */ defineOp<MatmulAttrs>({
  name: "matmul",
  inputs: ["a", "b", "bias?"],
  attrs: { transposeA: false, transposeB: false, activation: "linear" },
  shape: ([a, b], attrs) => {
    if (a!.length < 2 || b!.length < 2) {
      throw new ShapeError(
        `matmul: operands must have at least 2 axes, got ${printShape(a!)} and ${printShape(b!)}; reshape a vector to one row or column`,
      );
    }
    const [m, n, k, k2] = extents([a!, b!], attrs);
    if (k !== k2) {
      throw new ShapeError(
        `matmul: inner lengths must agree, got ${k} of ${printShape(a!)} and ${k2} of ${printShape(b!)}; transpose one of them`,
      );
    }
    return [m, n];
  },
  emit: (k, { a, b, bias, out }, { shapes, attrs }) => {
    const [m, n, inner] = extents([shapes["a"]!, shapes["b"]!], attrs);
    const flags = flagsOf(attrs, m, n);
    k.matmul(a!, b!, bias!, out!, m, n, inner, flags, flags & 4 ? n : m);
  },
  grad: ({ inputs, attrs, dout, needs }) => {
    const [a, b, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
    const { transposeA: ta, transposeB: tb } = attrs;
    return [
      needs(0) ? (ta ? matmul(b, dout, { transposeA: tb, transposeB: true }) : matmul(dout, b, { transposeB: !tb })) : null,
      needs(1) ? (tb ? matmul(dout, a, { transposeA: true, transposeB: ta }) : matmul(a, dout, { transposeA: !ta })) : null,
      needs(2) && bias ? sumTo(dout, bias.shape) : null,
    ];
  },
  scratch: (shapes, attrs) => {
    const [m, n, k] = extents(shapes, attrs);
    return gemmScratchBytes(m, n, k, flagsOf(attrs, m, n));
  },
  flops: (shapes, out, attrs) => 2 * sizeOf(out) * extents(shapes, attrs)[2],
});

/** `x` with all but its last axis merged: [rows, features]. */
export function asRows(x: SymbolicTensor): SymbolicTensor {
  return x.shape.length === 2 ? x : reshape(x, { shape: [-1, x.shape.at(-1)!] });
}
