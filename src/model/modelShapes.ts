import type { InputShapeOf, Layer, OutputShape } from "../layers/defineLayer.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import type { Shape } from "../shape.ts";
import type { Batch, IsKnown, Printed, Sample, ShapeMismatch } from "../tensor/shapeTypes.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { AnyModel, Model } from "./model.ts";

// What the compiler knows of a model: shapes of the samples that go in and come out. See shapeTypes.ts.

/** What a model with such outputs predicts: of one tensor a batch, of a list or an object one for each. */
export type Predictions<Out> =
  Out extends LayerTensor<infer S>
    ? Tensor<Batch<S>>
    : Out extends readonly LayerTensor[]
      ? { -readonly [K in keyof Out]: Predictions<Out[K]> }
      : { [Name in keyof Out]: Predictions<Out[Name]> };

/** Shapes of samples of a model's inputs. */
export type SampleShapes<In extends LayerTensor | readonly LayerTensor[]> =
  In extends LayerTensor<infer S>
    ? readonly [S]
    : In extends readonly LayerTensor[]
      ? { readonly [K in keyof In]: In[K] extends LayerTensor<infer S> ? S : Shape }
      : readonly Shape[];

/** A model's inputs. */
export type InputTensors<Inputs extends readonly Shape[]> = {
  readonly [K in keyof Inputs]: LayerTensor<Inputs[K]>;
};

/** The output of a model that predicts one tensor, for layers that go on from there. */
export type OutputOf<Predicted> = [Predicted] extends [Tensor<infer S>]
  ? LayerTensor<Sample<S>>
  : LayerTensor;

/** Whether samples of shape S may be in data of shape D; the first axis of D counts them. */
type Holds<D extends Shape, S extends Shape> = [IsKnown<D>, IsKnown<S>] extends [true, true]
  ? Batch<S>["length"] extends D["length"]
    ? MayBe<Batch<S>, D>
    : false
  : true;

/** Whether two shapes of one rank may be equal. */
type MayBe<A extends Shape, B extends Shape> = false extends {
  [K in keyof A]: K extends keyof B
    ? number extends A[K] | B[K]
      ? true
      : A[K] extends B[K]
        ? true
        : false
    : true;
}[number]
  ? false
  : true;

/** `unknown` where data fit a model's inputs as far as the compiler knows, otherwise a ShapeMismatch. */
export type FitsInputs<Data, Inputs extends readonly Shape[]> = Inputs extends readonly [
  infer S extends Shape,
]
  ? Data extends readonly [Tensor<infer D>]
    ? FitsInput<D, S>
    : Data extends Tensor<infer D>
      ? FitsInput<D, S>
      : unknown
  : Data extends readonly Tensor[]
    ? number extends Data["length"] | Inputs["length"]
      ? unknown
      : Data["length"] extends Inputs["length"]
        ? {
            readonly [K in keyof Inputs]: K extends keyof Data
              ? FitsInputs<Data[K], readonly [Inputs[K]]>
              : unknown;
          }
        : ShapeMismatch<`x must hold ${Inputs["length"]} tensors, one for each input, got ${Data["length"]}`>
    : unknown;

type FitsInput<D extends Shape, S extends Shape> =
  Holds<D, S> extends true
    ? unknown
    : ShapeMismatch<`x must hold samples of shape ${Printed<S>} behind the batch axis, got ${Printed<D>}`>;

/** A layer, or a model that stands for one. */
export type LayerLike = Layer | AnyModel;

/** What a layer, or a model that stands for one, makes of an input of shape S. */
type StepShape<One, S extends Shape> =
  One extends Model<infer Predicted, infer Inputs>
    ? FitsInputs<Tensor<Batch<S>>, Inputs> extends ShapeMismatch<infer Message>
      ? ShapeMismatch<Message>
      : OutputOf<Predicted> extends LayerTensor<infer Out>
        ? Out
        : Shape
    : OutputShape<One, S>;

/** Shapes through layers that follow one another: `out`, and `layers` with what does not fit replaced. */
export type Chain<
  Layers extends readonly unknown[],
  S extends Shape,
  Done extends readonly unknown[] = readonly [],
> = Layers extends readonly [infer One, ...infer Rest]
  ? StepShape<One, S> extends infer Out
    ? Out extends Shape
      ? Chain<Rest, Out, readonly [...Done, unknown]>
      : { layers: readonly [...Done, Out, ...Unchecked<Rest>]; out: Shape }
    : never
  : { layers: unknown; out: Layers extends readonly [] ? S : Shape };

type Unchecked<T extends readonly unknown[]> = { [K in keyof T]: unknown };

/** The shape of one sample that the first layer takes. */
export type ChainInput<Layers extends readonly unknown[]> = Layers extends readonly [
  infer First,
  ...unknown[],
]
  ? First extends Model<unknown, infer Inputs>
    ? Inputs extends readonly [infer S extends Shape]
      ? S
      : Shape
    : InputShapeOf<First>
  : Shape;
