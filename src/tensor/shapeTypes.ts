import type { Shape } from "../shape.ts";

// Shapes as types: what the compiler works out where lengths are literals. Nothing here exists at run time.
// A length that is not known is `number`, a shape whose rank is not known is `Shape`; both fit everything.

declare const MISMATCH: unique symbol;

/** Stands where shapes that the compiler knows do not fit: nothing can be assigned to it, and it says why. */
export interface ShapeMismatch<Message extends string> {
  readonly [MISMATCH]: Message;
}

/**
 * What an op or a layer makes of the shapes of its inputs: a function of types. A rule extends this and
 * computes `out`, a shape or a ShapeMismatch, from `this["inputs"]` and `this["attrs"]`.
 */
export interface ShapeRule {
  /** Shapes of the inputs, in order. */
  readonly inputs: unknown;
  /** Attributes that were given. */
  readonly attrs: unknown;
  readonly out: unknown;
}

/** What a rule makes of some inputs. */
export type Apply<Rule extends ShapeRule, Inputs, Attrs = unknown> = (Rule & {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
})["out"];

/** A rule's result where it is a shape. */
export type ShapeFrom<Out> = Out extends Shape ? Out : Shape;

/** The first of some shapes. */
export type First<Inputs> = Inputs extends readonly [infer S extends Shape, ...unknown[]]
  ? S
  : Shape;

/** Ranks that the compiler follows: recursion over axes ends here, longer shapes are not known. */
type Rank = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Whether the rank is known. */
export type IsKnown<S extends Shape> = S["length"] extends Rank ? true : false;

/** A batch of samples of this shape. */
export type Batch<S extends Shape> =
  IsKnown<S> extends true ? readonly [batch: number, ...sample: S] : Shape;

/** A shape without its first axis. */
export type Sample<S extends Shape> = S extends readonly [number, ...infer Rest extends Shape]
  ? readonly [...Rest]
  : Shape;

type Joined<S extends Shape> = S extends readonly [
  infer N extends number,
  ...infer Rest extends Shape,
]
  ? Rest extends readonly []
    ? `${N}`
    : `${N}, ${Joined<Rest>}`
  : "";

/** `[2, 3]` as text. */
export type Printed<S extends Shape> = IsKnown<S> extends true ? `[${Joined<S>}]` : "a shape";

/** The length of two broadcast axes; never where they do not fit. */
type BroadcastAxis<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : number extends A
      ? B
      : number extends B
        ? A
        : A extends B
          ? A
          : never;

/** The shape of two broadcast operands from the last axis on; null where they do not fit. */
type BroadcastAxes<
  A extends Shape,
  B extends Shape,
  Out extends Shape = readonly [],
> = A extends readonly [...infer RestA extends Shape, infer M extends number]
  ? B extends readonly [...infer RestB extends Shape, infer N extends number]
    ? [BroadcastAxis<M, N>] extends [never]
      ? null
      : BroadcastAxes<RestA, RestB, readonly [BroadcastAxis<M, N>, ...Out]>
    : readonly [...A, ...Out]
  : readonly [...B, ...Out];

/** The shape of two broadcast operands, by NumPy's rule. */
export type Broadcast<Subject extends string, A extends Shape, B extends Shape> = [
  IsKnown<A>,
  IsKnown<B>,
] extends [true, true]
  ? BroadcastAxes<A, B> extends infer Out extends Shape
    ? Out
    : ShapeMismatch<`${Subject}: shapes must broadcast (each axis equal or 1), got ${Printed<A>} and ${Printed<B>}; reshape one of them`>
  : Shape;

// Arithmetic: a number is as long a tuple, built digit by digit, so that the depth is that of its digits.

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];

interface Times<T extends 0[]> {
  "0": [];
  "1": T;
  "2": [...T, ...T];
  "3": [...T, ...T, ...T];
  "4": [...T, ...T, ...T, ...T];
  "5": [...T, ...T, ...T, ...T, ...T];
  "6": [...T, ...T, ...T, ...T, ...T, ...T];
  "7": [...T, ...T, ...T, ...T, ...T, ...T, ...T];
  "8": [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];
  "9": [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];
}

/** T, `Digits` times; of unknown length where they are no whole number. */
type Repeated<
  Digits extends string,
  T extends 0[],
  Out extends 0[] = [],
> = Digits extends `${infer D extends keyof Times<[]>}${infer Rest}`
  ? Repeated<Rest, T, [...TenTimes<Out>, ...Times<T>[D]]>
  : Digits extends ""
    ? Out
    : 0[];

/** Whether a text has at most four characters: the compiler refuses tuples of 10,000 elements. */
type IsShort<T extends string> =
  T extends `${infer _A}${infer _B}${infer _C}${infer _D}${infer Rest}`
    ? Rest extends ""
      ? true
      : false
    : true;

/** `A B`, as far as it is sure to stay below 10,000. */
type Product<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : number extends A | B
      ? number
      : IsShort<`${A}${B}`> extends true
        ? Repeated<`${A}`, Repeated<`${B}`, [0]>>["length"]
        : number;

/** `A + B` of numbers below 1,000. */
type Sum<A extends number, B extends number> = number extends A | B
  ? number
  : [IsShort<`${A}0`>, IsShort<`${B}0`>] extends [true, true]
    ? [...Repeated<`${A}`, [0]>, ...Repeated<`${B}`, [0]>]["length"]
    : number;

/** How often a window of K fits into N, S apart: one step of recursion a window. */
type Fitted<N extends 0[], K extends 0[], S extends 0[], Out extends 0[] = []> = N extends [
  ...K,
  ...0[],
]
  ? N extends [...S, ...infer Rest extends 0[]]
    ? Fitted<Rest, K, S, [...Out, 0]>
    : [...Out, 0]["length"]
  : Out["length"];

/** Windows of K neighbours among N below 1,000, S from one to the next; not known where none fits. */
export type Windows<N extends number, K extends number, S extends number> = number extends N | K | S
  ? number
  : [IsShort<`${N}0`>, IsShort<`${K}0`>, S] extends [true, true, Exclude<S, 0>]
    ? Repeated<`${N}`, [0]> extends [...Repeated<`${K}`, [0]>, ...infer Rest extends 0[]]
      ? S extends 1
        ? [...Rest, 0]["length"]
        : Fitted<Repeated<`${N}`, [0]>, Repeated<`${K}`, [0]>, Repeated<`${S}`, [0]>>
      : number
    : number;

/** Number of elements. */
export type Count<S extends Shape, Out extends number = 1> =
  IsKnown<S> extends true
    ? S extends readonly [infer N extends number, ...infer Rest extends Shape]
      ? Count<Rest, Product<Out, N>>
      : Out
    : number;

/** Whether two lengths may be equal. */
export type MayEqual<A extends number, B extends number> = number extends A | B
  ? true
  : A extends B
    ? true
    : false;

/** A shape whose axis of -1 is not known; alone it is all elements. */
type Inferred<To extends Shape, Size extends number> = To extends readonly [-1]
  ? readonly [Size]
  : { readonly [K in keyof To]: To[K] extends -1 ? number : To[K] };

/** The same elements under another shape; one axis may be -1. */
export type Reshaped<Subject extends string, From extends Shape, To extends Shape> =
  IsKnown<To> extends true
    ? -1 extends To[number]
      ? Inferred<To, Count<From>>
      : MayEqual<Count<From>, Count<To>> extends true
        ? To
        : ShapeMismatch<`${Subject}: ${Printed<From>} holds ${Count<From>} elements, which do not fit ${Printed<To>}; at most one axis may be -1`>
    : Shape;

/** The axes in another order. */
export type Permuted<S extends Shape, Order extends Shape> = [IsKnown<S>, IsKnown<Order>] extends [
  true,
  true,
]
  ? {
      readonly [K in keyof Order]: `${Order[K]}` extends keyof S ? S[Order[K]] : number;
    }
  : Shape;

/** The axes in reverse order. */
export type Reversed<S extends Shape> =
  IsKnown<S> extends true
    ? S extends readonly [infer N extends number, ...infer Rest extends Shape]
      ? readonly [...ShapeFrom<Reversed<Rest>>, N]
      : readonly []
    : Shape;

/** All lengths but the last, and it. */
type LastAxis<S extends Shape> = S extends readonly [
  ...infer Rest extends Shape,
  infer N extends number,
]
  ? [Rest, N]
  : never;

/** Whether two shapes of one rank may be equal. */
type MayAgree<A extends Shape, B extends Shape> = false extends {
  [K in keyof A]: K extends keyof B ? MayEqual<A[K], B[K] & number> : true;
}[number]
  ? false
  : true;

/** Two shapes joined along the last axis. */
type JoinedAtEnd<Subject extends string, A extends Shape, B extends Shape> = [
  IsKnown<A>,
  IsKnown<B>,
] extends [true, true]
  ? [LastAxis<A>, LastAxis<B>] extends [
      [infer RestA extends Shape, infer M extends number],
      [infer RestB extends Shape, infer N extends number],
    ]
    ? [RestA["length"], MayAgree<RestA, RestB>] extends [RestB["length"], true]
      ? readonly [...RestA, Sum<M, N>]
      : ShapeMismatch<`${Subject}: inputs must agree in all axes but the last, got ${Printed<A>} and ${Printed<B>}`>
    : Shape
  : Shape;

/** Shapes joined along the last axis, from the left. */
export type ConcatenatedAtEnd<Subject extends string, Inputs> = Inputs extends readonly [
  infer A extends Shape,
  infer B extends Shape,
  ...infer Rest,
]
  ? JoinedAtEnd<Subject, A, B> extends infer Out
    ? Out extends Shape
      ? ConcatenatedAtEnd<Subject, readonly [Out, ...Rest]>
      : Out
    : never
  : First<Inputs>;

/** Shapes broadcast to one another, from the left. */
export type BroadcastAll<Subject extends string, Inputs> = Inputs extends readonly [
  infer A extends Shape,
  infer B extends Shape,
  ...infer Rest,
]
  ? Broadcast<Subject, A, B> extends infer Out
    ? Out extends Shape
      ? BroadcastAll<Subject, readonly [Out, ...Rest]>
      : Out
    : never
  : First<Inputs>;

/** The shape stays. */
export interface SameShape extends ShapeRule {
  readonly out: First<this["inputs"]>;
}
