import type { Shape } from "../shape.ts";
import type {
  BroadcastAll,
  ConcatenatedAtEnd,
  Count,
  First,
  IsKnown,
  Printed,
  Reshaped,
  ShapeMismatch,
  ShapeRule,
  Windows,
} from "../tensor/shapeTypes.ts";

// What layers make of the shapes of samples, as far as the compiler knows them: see shapeTypes.ts. The rules
// for values are the layers' own; where these are not sure, they say `number` or `Shape`.

/** Windows along spatial axes: a number serves all, else one an axis; what is not known is `number`. */
export interface WindowType {
  readonly size: number | readonly number[];
  /** null: the size. */
  readonly strides: number | readonly number[] | null;
  readonly padding: unknown;
  readonly dilation: number | readonly number[];
}

/** A number for axis `I`. */
type At<Extent, I> = Extent extends number
  ? Extent
  : I extends keyof Extent
    ? Extent[I] extends number
      ? Extent[I]
      : number
    : number;

/** Windows that there are: those that lie within, or as many as strides fit where the padding is "same". */
type WindowsOf<Spatial extends Shape, W extends WindowType> = {
  readonly [I in keyof Spatial]: WindowsAlong<
    Spatial[I],
    At<W["size"], I>,
    [W["strides"]] extends [null] ? At<W["size"], I> : At<W["strides"], I>,
    W["padding"],
    At<W["dilation"], I>
  >;
};

type WindowsAlong<
  N extends number,
  K extends number,
  S extends number,
  Padding,
  Dilation extends number,
> = [Padding] extends ["same" | "causal"]
  ? S extends 1
    ? N
    : Windows<N, 1, S>
  : [Padding, Dilation] extends ["valid", 1]
    ? Windows<N, K, S>
    : number;

/** The last axis becomes `units`. */
export interface DenseRule<Units extends number> extends ShapeRule {
  readonly out: DenseShape<First<this["inputs"]>, Units>;
}

type DenseShape<S extends Shape, Units extends number> =
  IsKnown<S> extends true
    ? S extends readonly [...infer Rest extends Shape, number]
      ? readonly [...Rest, Units]
      : ShapeMismatch<"dense: input must have at least 2 axes [batch, features]; reshape it to [batch, 1]">
    : Shape;

/** All axes become one. */
export interface FlattenRule extends ShapeRule {
  readonly out: readonly [Count<First<this["inputs"]>>];
}

/** `filters` channels for each window; `null`: how many windows there are is not followed. */
export interface ConvolutionRule<
  Name extends string,
  Rank extends 1 | 2,
  Filters extends number,
  W extends WindowType | null,
  Format = "channelsLast",
> extends ShapeRule {
  readonly out: ConvolutionShape<
    ImageAxes<Name, First<this["inputs"]>, Rank, Format>,
    Filters,
    W,
    Format
  >;
}

type ConvolutionShape<
  Axes,
  Filters extends number,
  W extends WindowType | null,
  Format,
> = Axes extends { spatial: infer Spatial extends Shape }
  ? WithChannels<W extends WindowType ? WindowsOf<Spatial, W> : Unknown<Spatial>, Filters, Format>
  : Axes;

/** One number a window and channel. */
export interface PoolingRule<
  Name extends string,
  Rank extends 1 | 2,
  W extends WindowType,
  Format = "channelsLast",
> extends ShapeRule {
  readonly out: PoolingShape<ImageAxes<Name, First<this["inputs"]>, Rank, Format>, W, Format>;
}

type PoolingShape<Axes, W extends WindowType, Format> = Axes extends {
  spatial: infer Spatial extends Shape;
  channels: infer Channels extends number;
}
  ? WithChannels<WindowsOf<Spatial, W>, Channels, Format>
  : Axes;

/** Windows over neighbours, channel by channel. */
export interface WindowRule<
  Name extends string,
  Rank extends 1 | 2,
  Format = "channelsLast",
> extends ShapeRule {
  readonly out: WindowShape<ImageAxes<Name, First<this["inputs"]>, Rank, Format>, Format>;
}

type WindowShape<Axes, Format> = Axes extends {
  spatial: infer Spatial extends Shape;
  channels: infer Channels extends number;
}
  ? WithChannels<Unknown<Spatial>, Channels, Format>
  : Axes;

/** One number a channel; the axes stay, with length 1, where `keepDims` is true. */
export interface GlobalPoolingRule<
  Name extends string,
  Rank extends 1 | 2,
  KeepDims = false,
  Format = "channelsLast",
> extends ShapeRule {
  readonly out: GlobalPoolingShape<
    ImageAxes<Name, First<this["inputs"]>, Rank, Format>,
    KeepDims,
    Format
  >;
}

type GlobalPoolingShape<Axes, KeepDims, Format> = Axes extends {
  spatial: infer Spatial extends Shape;
  channels: infer Channels extends number;
}
  ? [KeepDims] extends [false]
    ? readonly [Channels]
    : [KeepDims] extends [true]
      ? WithChannels<{ readonly [K in keyof Spatial]: 1 }, Channels, Format>
      : Shape
  : Axes;

/** A sample of an image (rank 2) or a sequence (rank 1) as its spatial axes and its channels. */
type ImageAxes<Name extends string, S extends Shape, Rank extends 1 | 2, Format> =
  IsKnown<S> extends true
    ? Split<S, Format> extends { spatial: infer Spatial extends Shape; channels: infer Channels }
      ? Spatial["length"] extends Rank
        ? { spatial: Spatial; channels: Channels }
        : ImageMismatch<Name, S, Rank>
      : ImageMismatch<Name, S, Rank>
    : { spatial: Rank extends 1 ? readonly [number] : readonly [number, number]; channels: number };

type ImageMismatch<
  Name extends string,
  S extends Shape,
  Rank extends 1 | 2,
> = ShapeMismatch<`${Name}: input must have ${Rank extends 1 ? "3 axes [batch, steps, channels]" : "4 axes [batch, rows, columns, channels]"}, got ${Printed<S>} behind the batch axis; reshape it`>;

type Split<S extends Shape, Format> = Format extends "channelsFirst"
  ? S extends readonly [infer Channels extends number, ...infer Spatial extends Shape]
    ? { spatial: Spatial; channels: Channels }
    : null
  : S extends readonly [...infer Spatial extends Shape, infer Channels extends number]
    ? { spatial: Spatial; channels: Channels }
    : null;

type Unknown<S extends Shape> = { readonly [K in keyof S]: number };

/** Spatial axes and channels in their order; a format that is not known leaves no length known. */
type WithChannels<Spatial extends Shape, Channels extends number, Format> = [Format] extends [
  "channelsLast",
]
  ? readonly [...Spatial, Channels]
  : [Format] extends ["channelsFirst"]
    ? readonly [Channels, ...Spatial]
    : readonly [...Unknown<Spatial>, number];

/** A vector for each index. */
export interface EmbeddingRule<OutputDim extends number> extends ShapeRule {
  readonly out: EmbeddingShape<First<this["inputs"]>, OutputDim>;
}

type EmbeddingShape<S extends Shape, OutputDim extends number> =
  IsKnown<S> extends true ? readonly [...S, OutputDim] : Shape;

/** The state of the last step, or of each one. */
export interface RecurrentRule<Units extends number, Sequences> extends ShapeRule {
  readonly out: RecurrentShape<First<this["inputs"]>, Units, Sequences>;
}

type RecurrentShape<S extends Shape, Units extends number, Sequences> =
  IsKnown<S> extends true
    ? S extends readonly [infer Time extends number, number]
      ? StatesOf<Time, Units, Sequences>
      : ShapeMismatch<`a recurrent layer: input must have 3 axes [batch, time, features], got ${Printed<S>} behind the batch axis`>
    : StatesOf<number, Units, Sequences>;

type StatesOf<Time extends number, Units extends number, Sequences> = [Sequences] extends [false]
  ? readonly [Units]
  : [Sequences] extends [true]
    ? readonly [Time, Units]
    : Shape;

/** Element by element, under broadcasting. */
export interface MergeRule<Name extends string> extends ShapeRule {
  readonly out: BroadcastAll<Name, this["inputs"]>;
}

/** One behind the other along the last axis; other axes are not followed. */
export interface ConcatenateRule<Axis> extends ShapeRule {
  readonly out: Axis extends -1 ? ConcatenatedAtEnd<"concatenate", this["inputs"]> : Shape;
}

/** As many positions as the query, `features` or as many as it has. */
export interface AttentionRule<Features> extends ShapeRule {
  readonly out: AttentionShape<First<this["inputs"]>, Features>;
}

type AttentionShape<S extends Shape, Features> =
  IsKnown<S> extends true
    ? S extends readonly [infer Length extends number, infer Own extends number]
      ? readonly [
          Length,
          [Features] extends [null] ? Own : Features extends number ? Features : number,
        ]
      : ShapeMismatch<`multiHeadAttention: query must have 3 axes [batch, length, features], got ${Printed<S>} behind the batch axis`>
    : Shape;

/** The same elements under another shape. */
export interface ReshapeRule<Target extends Shape> extends ShapeRule {
  readonly out: Reshaped<"reshape", First<this["inputs"]>, Target>;
}

/** A vector, n times. */
export interface RepeatVectorRule<N extends number> extends ShapeRule {
  readonly out: RepeatVectorShape<First<this["inputs"]>, N>;
}

type RepeatVectorShape<S extends Shape, N extends number> =
  IsKnown<S> extends true
    ? S extends readonly [infer Features extends number]
      ? readonly [N, Features]
      : ShapeMismatch<`repeatVector: input must have 2 axes [batch, features], got ${Printed<S>} behind the batch axis`>
    : readonly [N, number];
