import { ShapeError } from "../errors.ts";
import { defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { gemmScratchBytes } from "../kernels/gemm.ts";
import { type Shape, broadcastShapes, printShape, sizeOf } from "../shape.ts";
import { mul } from "./binary.ts";
import { broadcastTable } from "./broadcastTable.ts";
import { sumTo } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";
import type { MatmulRule } from "./shapeRules.ts";

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

/** A product of matrices, or of batches of them: a vector counts as one row (a) or one column (b). */
interface Extents {
  m: number;
  n: number;
  k: number;
  /** Inner length as b has it; must equal k. */
  kB: number;
  batchA: Shape;
  batchB: Shape;
  /** The batch axes of the result. */
  batch: Shape;
}

function extents([a, b]: readonly Shape[], { transposeA, transposeB }: MatmulAttrs): Extents {
  const [left, right] = [a!.length === 1, b!.length === 1];
  const [rowsA, columnsA] = left ? [1, a![0]!] : [a!.at(-2)!, a!.at(-1)!];
  const [rowsB, columnsB] = right ? [b![0]!, 1] : [b!.at(-2)!, b!.at(-1)!];
  const [m, k] = transposeA && !left ? [columnsA, rowsA] : [rowsA, columnsA];
  const [kB, n] = transposeB && !right ? [columnsB, rowsB] : [rowsB, columnsB];
  const [batchA, batchB] = [a!.slice(0, -2), b!.slice(0, -2)];
  return { m, n, k, kB, batchA, batchB, batch: broadcastShapes("matmul", batchA, batchB) };
}

/** Flags of the kernels: a vector is stored the same either way. */
function flagsOf(attrs: MatmulAttrs, shapes: readonly Shape[], m: number, n: number): number {
  // The longer side shares more evenly, and each thread packs less of the larger operand.
  const columns = n > m;
  return (
    (attrs.transposeA && shapes[0]!.length > 1 ? 1 : 0) |
    (attrs.transposeB && shapes[1]!.length > 1 ? 2 : 0) |
    (columns ? 4 : 0) |
    (ACTIVATIONS[attrs.activation]! << 8)
  );
}

/** Whether the batch axes of a are only more rows of one product, which alone has the fused epilogue. */
export function isOneProduct(
  [a, b]: readonly Shape[],
  { transposeA }: Pick<MatmulAttrs, "transposeA">,
): boolean {
  return (
    sizeOf(b!.slice(0, -2)) === 1 &&
    b!.length <= Math.max(2, a!.length) &&
    (a!.length <= 2 || !transposeA)
  );
}

/** Gradients of a product of matrices or batches, before sums over axes that were broadcast. */
function matrixGrad(
  a: SymbolicTensor,
  b: SymbolicTensor,
  d: SymbolicTensor,
  { transposeA: ta, transposeB: tb }: MatmulAttrs,
): [() => SymbolicTensor, () => SymbolicTensor] {
  return [
    () =>
      ta ? matmul(b, d, { transposeA: tb, transposeB: true }) : matmul(d, b, { transposeB: !tb }),
    () =>
      tb ? matmul(d, a, { transposeA: true, transposeB: ta }) : matmul(a, d, { transposeA: !ta }),
  ];
}

/**
 * Matrix product of the last two axes, `out = op(a) op(b) + bias`. Leading axes are batch axes and
 * broadcast. A vector counts as one row (a) or one column (b), an axis that the result does not have:
 * two vectors give their dot product. NaN and infinity reach exactly the elements whose row and column
 * hold them; an empty inner axis gives the bias, or zeros.
 */
export const matmul: ShapedOp<MatmulRule, MatmulAttrs> = /* @__PURE__ */ defineOp<
  MatmulAttrs,
  Shaped
>({
  name: "matmul",
  inputs: ["a", "b", "bias?"],
  attrs: { transposeA: false, transposeB: false, activation: "linear" },
  shape: ([a, b, bias], attrs) => {
    if (a!.length === 0 || b!.length === 0) {
      throw new ShapeError(
        `matmul: operands must have at least 1 axis, got ${printShape(a!)} and ${printShape(b!)}; use mul()`,
      );
    }
    const { m, n, k, kB, batch } = extents([a!, b!], attrs);
    if (k !== kB) {
      throw new ShapeError(
        `matmul: inner lengths must agree, got ${k} of ${printShape(a!)} and ${kB} of ${printShape(b!)}; transpose one of them`,
      );
    }
    if (bias!.length > 0 && (bias!.length !== 1 || bias![0] !== n)) {
      throw new ShapeError(`matmul: the bias must have shape [${n}], got ${printShape(bias!)}`);
    }
    return [...batch, ...(a!.length === 1 ? [] : [m]), ...(b!.length === 1 ? [] : [n])];
  },
  emit: (kernels, { a, b, bias, out }, { shapes, attrs, size, table }) => {
    const operands = [shapes["a"]!, shapes["b"]!];
    const { m, n, k, batchA, batchB, batch } = extents(operands, attrs);
    if (isOneProduct(operands, attrs)) {
      const rows = m * sizeOf(batch);
      const flags = flagsOf(attrs, operands, rows, n);
      kernels.matmul(a!, b!, bias!, out!, rows, n, k, flags, flags & 4 ? n : rows);
      return;
    }
    // The innermost axis along which both batches advance evenly is one command; the others are counted.
    const [rank, ...words] = broadcastTable([batchA, batchB], batch);
    const axes = Array.from({ length: rank! }, (_, i) => words.slice(4 * i, 4 * i + 4));
    const [count, stepA, stepB] = axes.pop()!;
    const flags = flagsOf({ ...attrs, activation: "linear" }, operands, m, n) & 3;
    const emitAt = (level: number, indexA: number, indexB: number, index: number): void => {
      if (level === axes.length) {
        kernels.batchMatmul(
          a! + 4 * m * k * indexA,
          b! + 4 * k * n * indexB,
          out! + 4 * m * n * index,
          m,
          n,
          k,
          flags,
          4 * m * k * stepA!,
          4 * k * n * stepB!,
          4 * m * n,
          count!,
        );
        return;
      }
      const [length, sA, sB] = axes[level]!;
      for (let i = 0; i < length!; i++)
        emitAt(
          level + 1,
          indexA + i * sA!,
          indexB + i * sB!,
          (index + i) * (axes[level + 1]?.[0] ?? count!),
        );
    };
    if (size > 0) emitAt(0, 0, 0, 0);
    if (bias)
      kernels.binary(
        0,
        out!,
        bias,
        out!,
        table(broadcastTable([[size / n, n], [n]], [size / n, n])),
        size,
      );
    if (attrs.activation === "relu") kernels.relu(out!, out!, size);
  },
  grad: ({ inputs, attrs, dout, needs }) => {
    const [a, b, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
    const { m, n, batch } = extents([a.shape, b.shape], attrs);
    const matrixA = a.shape.length === 1 ? reshape(a, { shape: [1, -1] }) : a;
    const matrixB = b.shape.length === 1 ? reshape(b, { shape: [-1, 1] }) : b;
    // A vector is stored the same either way, but as a matrix it must not be transposed.
    const own = {
      ...attrs,
      transposeA: attrs.transposeA && matrixA === a,
      transposeB: attrs.transposeB && matrixB === b,
    };
    const one = isOneProduct([a.shape, b.shape], attrs);
    const [left, right, d] = one
      ? [asMatrix(matrixA), asMatrix(matrixB), reshape(dout, { shape: [m * sizeOf(batch), n] })]
      : [matrixA, matrixB, reshape(dout, { shape: [...batch, m, n] })];
    const [da, db] = matrixGrad(left, right, d, own);
    const to = (g: SymbolicTensor, x: SymbolicTensor, matrix: SymbolicTensor): SymbolicTensor =>
      reshape(one ? g : sumTo(g, matrix.shape), { shape: x.shape });
    return [
      needs(0) ? to(da(), a, matrixA) : null,
      needs(1) ? to(db(), b, matrixB) : null,
      needs(2) && bias ? sumTo(reshape(dout, { shape: [m * sizeOf(batch), n] }), bias.shape) : null,
    ];
  },
  scratch: (shapes, attrs) => {
    const { m, n, k, batch } = extents(shapes, attrs);
    const rows = isOneProduct(shapes, attrs) ? m * sizeOf(batch) : m;
    return Math.max(128, gemmScratchBytes(rows, n, k, flagsOf(attrs, shapes, rows, n)));
  },
  flops: (shapes, out, attrs) => 2 * sizeOf(out) * extents(shapes, attrs).k,
});

/** All but the last axis merged. */
function asMatrix(x: SymbolicTensor): SymbolicTensor {
  return x.shape.length === 2
    ? x
    : reshape(x, { shape: [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!] });
}

/** Products of all pairs, `out[i, j] = a[i] b[j]`, of two vectors; other shapes are flattened. */
export function outer(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return mul(
    reshape(a, { shape: [sizeOf(a.shape), 1] }),
    reshape(b, { shape: [1, sizeOf(b.shape)] }),
  );
}

/** `x` with all but its last axis merged: [rows, features]. */
export function asRows(x: SymbolicTensor): SymbolicTensor {
  return x.shape.length === 2 ? x : reshape(x, { shape: [-1, x.shape.at(-1)!] });
}
