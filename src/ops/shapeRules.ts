import type { Shape } from "../shape.ts";
import type {
  Broadcast,
  ConcatenatedAtEnd,
  First,
  IsKnown,
  MayEqual,
  Printed,
  Reshaped,
  ShapeMismatch,
  ShapeRule,
} from "../tensor/shapeTypes.ts";

// What ops make of the shapes of their inputs, as far as the compiler knows them: see shapeTypes.ts.

/** Product of the last two axes; leading axes are batches. Vectors are not followed. */
export interface MatmulRule extends ShapeRule {
  readonly out: this["inputs"] extends readonly [
    infer A extends Shape,
    infer B extends Shape,
    ...unknown[],
  ]
    ? MatmulShape<
        MatrixOf<A, Flag<this["attrs"], "transposeA">>,
        MatrixOf<B, Flag<this["attrs"], "transposeB">>,
        A,
        B
      >
    : Shape;
}

/** A boolean attribute that is false where it is left out; boolean where it is not known. */
type Flag<Attrs, Name extends string> =
  Attrs extends Readonly<Record<Name, infer Value>>
    ? Value
    : Attrs extends { readonly [K in Name]?: unknown }
      ? Name extends keyof Attrs
        ? boolean
        : false
      : false;

/** Batch axes, rows and columns of a matrix that may be stored transposed; null where they are not known. */
type MatrixOf<S extends Shape, Transposed> =
  IsKnown<S> extends true
    ? S extends readonly [
        ...infer Batches extends Shape,
        infer Rows extends number,
        infer Columns extends number,
      ]
      ? [Transposed] extends [false]
        ? [Batches, Rows, Columns]
        : [Transposed] extends [true]
          ? [Batches, Columns, Rows]
          : null
      : null
    : null;

type MatmulShape<Left, Right, A extends Shape, B extends Shape> = [Left, Right] extends [
  [infer BatchesA extends Shape, infer M extends number, infer K extends number],
  [infer BatchesB extends Shape, infer KB extends number, infer N extends number],
]
  ? MayEqual<K, KB> extends true
    ? Broadcast<"matmul", BatchesA, BatchesB> extends infer Batches
      ? Batches extends Shape
        ? readonly [...Batches, M, N]
        : Batches
      : never
    : ShapeMismatch<`matmul: inner lengths must agree, got ${K} of ${Printed<A>} and ${KB} of ${Printed<B>}; transpose one of them`>
  : Shape;

/** The shape that is given. */
export interface ReshapeRule extends ShapeRule {
  readonly out: this["attrs"] extends { readonly shape: infer To extends Shape }
    ? Reshaped<"reshape", First<this["inputs"]>, To>
    : Shape;
}

/** One behind the other along the last axis; other axes are not followed. */
export interface ConcatRule extends ShapeRule {
  readonly out: this["attrs"] extends { readonly axis: -1 }
    ? ConcatenatedAtEnd<"concat", this["inputs"]>
    : Shape;
}

/** The shape of a reduction: [] over all axes; over one, counted from the front or -1, the others. */
export type Reduced<S extends Shape, Options> = "axis" extends keyof Options
  ? Options extends { readonly axis: infer Axis extends number }
    ? OverAxis<S, number extends Axis ? null : Axis, Kept<Options>>
    : Shape
  : Kept<Options> extends false
    ? readonly []
    : Kept<Options> extends true
      ? { readonly [K in keyof S]: 1 }
      : Shape;

/** Whether reduced axes stay; null where it is not known. */
type Kept<Options> = "keepDims" extends keyof Options
  ? Options extends { readonly keepDims: infer Keep extends boolean }
    ? boolean extends Keep
      ? null
      : Keep
    : null
  : false;

type OverAxis<S extends Shape, Axis, Keep> =
  IsKnown<S> extends true
    ? Keep extends false
      ? Axis extends -1
        ? S extends readonly [...infer Rest extends Shape, number]
          ? readonly [...Rest]
          : Shape
        : `${Axis & number}` extends keyof S
          ? Without<S, Axis>
          : Shape
      : Keep extends true
        ? `${Axis & number}` extends keyof S
          ? { readonly [K in keyof S]: K extends `${Axis & number}` ? 1 : S[K] }
          : { readonly [K in keyof S]: number }
        : Shape
    : Shape;

type Without<
  S extends Shape,
  Axis,
  Seen extends Shape = readonly [],
  Out extends Shape = readonly [],
> = S extends readonly [infer N extends number, ...infer Rest extends Shape]
  ? Without<
      Rest,
      Axis,
      readonly [...Seen, N],
      Seen["length"] extends Axis ? Out : readonly [...Out, N]
    >
  : Out;
