import { ShapeError } from "../errors.ts";
import { type GradContext, type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, axisOf, printShape, sizeOf } from "../shape.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** Attributes of a reduction. */
export interface ReduceOptions {
  /** Axes to reduce, counted from either end; all if left out. */
  axis?: number | readonly number[];
  /** Keep the reduced axes with length 1. Default false. */
  keepDims?: boolean;
}

/** A run of neighbouring axes, [from, to), and what else a reduction depends on. */
export type RunAttrs = { from: number; to: number; option: number };

/** A reduction over one run; the axes stay, with length 1. */
export type RunOp = Op<RunAttrs>;

/** What a reduction of one run is made of. */
export interface RunDefinition {
  name: string;
  /** Throw for an empty run: there is nothing to choose from. */
  nonEmpty?: boolean;
  dtype?: "int32";
  /** [outer, length, inner] to [outer, inner]. */
  emit(
    k: Kernels,
    x: Address,
    out: Address,
    length: number,
    inner: number,
    option: number,
    size: number,
  ): void;
  grad?(context: GradContext<RunAttrs>): readonly (SymbolicTensor | null)[];
}

/** Length of a run, and elements behind it. */
export function runOf(shape: Shape, { from, to }: RunAttrs): [length: number, inner: number] {
  return [sizeOf(shape.slice(from, to)), sizeOf(shape.slice(to))];
}

/** An op that reduces one run. */
export function defineRun({ name, nonEmpty, dtype, emit, grad }: RunDefinition): RunOp {
  return defineOp<RunAttrs>({
    name,
    inputs: ["x"],
    attrs: { from: 0, to: 0, option: 0 },
    shape: ([x], attrs) => {
      if (nonEmpty && runOf(x!, attrs)[0] === 0) {
        throw new ShapeError(
          `${name}: the axes that are reduced must not be empty, got ${printShape(x!)}`,
        );
      }
      return x!.map((n, i) => (i >= attrs.from && i < attrs.to ? 1 : n));
    },
    dtype: () => dtype ?? "float32",
    emit: (k, { x, out }, { attrs, shapes, size }) => {
      const [length, inner] = runOf(shapes["x"]!, attrs);
      emit(k, x!, out!, length, inner, attrs.option, size);
    },
    grad,
    flops: ([x]) => sizeOf(x!),
  });
}

/** The axes of an option, each once, from the front. */
function axesOf(subject: string, axis: ReduceOptions["axis"], rank: number): number[] {
  const axes =
    axis === undefined
      ? Array.from({ length: rank }, (_, i) => i)
      : typeof axis === "number"
        ? [axis]
        : axis;
  return [...new Set(axes.map((a) => axisOf(subject, a, rank)))].sort((a, b) => a - b);
}

/** Runs of neighbouring axes, [from, to), outermost first. */
export function axisRuns(
  subject: string,
  axis: ReduceOptions["axis"],
  rank: number,
): [number, number][] {
  const runs: [number, number][] = [];
  for (const a of axesOf(subject, axis, rank)) {
    const last = runs.at(-1);
    if (last && last[1] === a) last[1] = a + 1;
    else runs.push([a, a + 1]);
  }
  return runs;
}

/** A reduced tensor without its reduced axes, which have length 1, unless they are to be kept. @internal */
export function dropAxes(
  y: SymbolicTensor,
  axis: ReduceOptions["axis"],
  keepDims: boolean | undefined,
): SymbolicTensor {
  if (keepDims) return y;
  const axes = axesOf("reduce", axis, y.shape.length);
  return reshape(y, { shape: y.shape.filter((_, i) => !axes.includes(i)) });
}

/** Reduces any axes at once: axes that are no neighbours are moved to the end first. @internal */
export function reduceAxes(
  op: RunOp,
  x: SymbolicTensor,
  options: ReduceOptions,
  option = 0,
): SymbolicTensor {
  const rank = x.shape.length;
  const axes = axesOf(op.opName, options.axis, rank);
  const runs = axisRuns(op.opName, options.axis, rank);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  if (runs.length <= 1) {
    const [from, to] = runs[0] ?? [rank, rank];
    return dropAxes(op(x, { from, to, option }), axes, options.keepDims);
  }
  const rest = [...x.shape.keys()].filter((i) => !axes.includes(i));
  const y = op(transpose(x, { permutation: [...rest, ...axes] }), {
    from: rest.length,
    to: rank,
    option,
  });
  return dropAxes(reshape(y, { shape: kept }), axes, options.keepDims);
}

/** How many elements of x make one of the result. */
export function countOf(subject: string, x: SymbolicTensor, axis: ReduceOptions["axis"]): number {
  return sizeOf(axesOf(subject, axis, x.shape.length).map((a) => x.shape[a]!));
}
