import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { mul } from "./binary.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { sum } from "./sum.ts";
import { transpose } from "./transpose.ts";

/** A tensor and the name of each of its axes. */
interface Named {
  readonly x: SymbolicTensor;
  readonly axes: readonly string[];
}

function fail(equation: string, what: string): never {
  throw new ShapeError(`einsum "${equation}": ${what}`);
}

/** The axes of a term; "..." stands for `dots` axes, named "0", "1", ... from the last to the first. */
function axesOf(equation: string, term: string, dots: number): string[] {
  const [before, behind = "", ...more] = term.split("...");
  const letters = [...before!, ...behind];
  if (more.length > 0 || !letters.every((c) => /[A-Za-z]/.test(c)))
    fail(equation, `a term must be letters and at most one "...", got "${term}"`);
  const named = Array.from({ length: dots }, (_, i) => String(dots - 1 - i));
  return term.includes("...") ? [...before!, ...named, ...behind] : letters;
}

/** The diagonal along two axes of one name. */
function diagonal({ x, axes }: Named, equation: string): Named {
  const first = axes.findIndex((a, i) => axes.indexOf(a, i + 1) !== -1);
  if (first === -1) return { x, axes };
  const second = axes.indexOf(axes[first]!, first + 1);
  const n = x.shape[first]!;
  if (x.shape[second] !== n)
    fail(equation, `axis "${axes[first]}" must have one length, got ${n} and ${x.shape[second]}`);
  const rest = [...x.shape.keys()].filter((i) => i !== first && i !== second);
  const shape = rest.map((i) => x.shape[i]!);
  const square = reshape(transpose(x, { permutation: [...rest, first, second] }), {
    shape: [...shape, n * n],
  });
  const line = slice(square, { axis: -1, step: n + 1 });
  return diagonal({ x: line, axes: [...rest.map((i) => axes[i]!), axes[first]!] }, equation);
}

/** Sums over the axes that nothing else needs. */
function reduced({ x, axes }: Named, needed: ReadonlySet<string>): Named {
  const gone = axes.flatMap((a, i) => (needed.has(a) ? [] : [i]));
  if (gone.length === 0) return { x, axes };
  return { x: sum(x, { axis: gone }), axes: axes.filter((a) => needed.has(a)) };
}

/** The axes in another order; those that are missing come with length 1. */
function ordered({ x, axes }: Named, order: readonly string[]): SymbolicTensor {
  const present = order.filter((a) => axes.includes(a));
  const moved = transpose(x, { permutation: present.map((a) => axes.indexOf(a)) });
  const shape = order.map((a) => (axes.includes(a) ? x.shape[axes.indexOf(a)]! : 1));
  return reshape(moved, { shape });
}

/**
 * An operand as matrices [...batch, rows, columns], stored as [..., columns, rows] where its axes stand so:
 * then nothing is moved.
 */
function matrices(
  operand: Named,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): { matrix: SymbolicTensor; transposed: boolean } {
  const present = operand.axes.filter((a) => !batch.includes(a));
  const transposed =
    rows.length > 0 && columns.length > 0 && present.join() === [...columns, ...rows].join();
  const [first, last] = transposed ? [columns, rows] : [rows, columns];
  const x = ordered(operand, [...batch, ...first, ...last]);
  const border = batch.length + first.length;
  return {
    matrix: reshape(x, {
      shape: [
        ...x.shape.slice(0, batch.length),
        sizeOf(x.shape.slice(batch.length, border)),
        sizeOf(x.shape.slice(border)),
      ],
    }),
    transposed,
  };
}

/** Two operands as a product of matrices, or of elements where nothing is summed. */
function pair(equation: string, a: Named, b: Named, needed: ReadonlySet<string>): Named {
  const shared = a.axes.filter((axis) => b.axes.includes(axis));
  const lengthIn = ({ x, axes }: Named, axis: string): number => x.shape[axes.indexOf(axis)]!;
  for (const axis of shared) {
    const [n, m] = [lengthIn(a, axis), lengthIn(b, axis)];
    if (n !== m && !(/\d/.test(axis) && (n === 1 || m === 1)))
      fail(equation, `axis "${axis}" must have one length, got ${n} and ${m}`);
  }
  const inner = shared.filter((axis) => !needed.has(axis));
  // What "..." stands for broadcasts, and a length of 1 cannot be summed with another.
  const uneven = inner.some((axis) => lengthIn(a, axis) !== lengthIn(b, axis));
  const batch = shared.filter((axis) => needed.has(axis));
  const left = a.axes.filter((axis) => !shared.includes(axis));
  const right = b.axes.filter((axis) => !shared.includes(axis));
  if (inner.length === 0 || uneven) {
    const all = [...shared, ...left, ...right];
    return reduced({ x: mul(ordered(a, all), ordered(b, all)), axes: all }, needed);
  }
  const { matrix: x, transposed: transposeA } = matrices(a, batch, left, inner);
  const { matrix: y, transposed: transposeB } = matrices(b, batch, inner, right);
  const out = matmul(x, y, { transposeA, transposeB });
  const shape = [
    ...out.shape.slice(0, batch.length),
    ...left.map((axis) => lengthIn(a, axis)),
    ...right.map((axis) => lengthIn(b, axis)),
  ];
  return { x: reshape(out, { shape }), axes: [...batch, ...left, ...right] };
}

/** The terms left and right of the arrow; by default every axis that stands once, "..." first. */
function parse(equation: string, operands: readonly SymbolicTensor[]): [Named[], string[]] {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = left!.split(",");
  if (more.length > 0 || terms.length !== operands.length)
    fail(
      equation,
      `must have one term for each of ${operands.length} tensors, got ${terms.length}`,
    );
  const named = terms.map((term, i): Named => {
    const x = operands[i]!;
    const letters = term.replace("...", "").length;
    const dots = x.shape.length - letters;
    if (dots < 0 || (dots > 0 && !term.includes("...")))
      fail(equation, `"${term}" must name each axis of a tensor of ${x.shape.length} axes`);
    return { x, axes: axesOf(equation, term, dots) };
  });
  const all = named.flatMap(({ axes }) => axes);
  const dots = all.filter((a) => /\d/.test(a)).reduce((n, a) => Math.max(n, Number(a) + 1), 0);
  const once = all.filter((a) => /[A-Za-z]/.test(a) && all.indexOf(a) === all.lastIndexOf(a));
  const term = right ?? `${dots > 0 ? "..." : ""}${once.sort().join("")}`;
  const out = axesOf(equation, term, dots);
  const bad = out.find((a, i) => !all.includes(a) || out.indexOf(a) !== i);
  if (bad !== undefined)
    fail(equation, `the result must name axes of the tensors once, got "${bad}"`);
  return [named, out];
}

/**
 * Einstein's summation: products of tensors, summed over every axis that the result does not name. Lowered
 * to transposes, products of matrices (two tensors at a time, from the left) and sums; an axis that a term
 * names twice gives its diagonal, "..." stands for leading axes that broadcast.
 *
 * @throws ShapeError where terms do not fit the tensors or each other
 *
 * @example
 *     einsum("bqhd,bkhd->bhqk", query, key)
 *     einsum("ii", x)                         // the trace
 */
export function einsum(equation: string, ...operands: readonly SymbolicTensor[]): SymbolicTensor {
  const [terms, out] = parse(equation, operands);
  const simple = terms.map((term) => diagonal(term, equation));
  const neededBy = (from: number): Set<string> =>
    new Set([...out, ...simple.slice(from).flatMap(({ axes }) => axes)]);
  const result = simple.reduce((a, b, i) => {
    const later = neededBy(i + 1);
    const only = (own: Named, other: Named): Named =>
      reduced(own, new Set([...later, ...other.axes]));
    return pair(equation, only(a, b), only(b, a), later);
  });
  return ordered(reduced(result, new Set(out)), out);
}
