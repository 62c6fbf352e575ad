import type { Constraint } from "../constraints/defineConstraint.ts";
import { OptionError, withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Shape } from "../shape.ts";
import type { Apply, ShapeFrom, ShapeMismatch, ShapeRule } from "../tensor/shapeTypes.ts";
import { type LayerCall, LayerTensor, checkSampleShape, outputsOf } from "./layerTensor.ts";
import { commonMask, withMask } from "./mask.ts";

/** One parameter, or one piece of state, of a layer. */
export interface ParameterSpec {
  shape: Shape;
  initializer: Initializer;
  /** false: state that is kept between steps but not trained. Default true. */
  trainable?: boolean;
  /** A penalty that is added to the loss. */
  regularizer?: Regularizer | null;
  /** What its values must fulfil after every step. */
  constraint?: Constraint | null;
  /** Whether decoupled weight decay reaches it; not for biases and norm parameters. Default true. */
  decay?: boolean;
}

/** What `call` gets. */
export interface CallContext<O> {
  readonly options: O;
  /** The layer's parameters by name. */
  readonly params: Readonly<Record<string, SymbolicTensor>>;
  /** True in a training step, false in evaluation and prediction. */
  readonly training: boolean;
  /** Whether `trainable` is off: statistics must not move. Dropout drops all the same, as in Keras. */
  readonly frozen: boolean;
  /** A number of its own for each random node of the model, so that masks differ. */
  readonly randomStream: () => number;
  /**
   * Replaces a piece of state after the step. `observed` is what this batch alone would make of it: where weights
   * are averaged, the state is made anew as the mean of that over all batches.
   */
  readonly update: (name: string, value: SymbolicTensor, observed?: SymbolicTensor) => void;
}

/** A layer's parameters and what it computes. */
export interface LayerDefinition<O extends object, M extends object = object> {
  /** camelCase; the loader's name for it. */
  name: string;
  defaults: O;
  /** Options without which there is no such layer, whatever their defaults. */
  needs?: readonly (keyof O & string)[];
  /** Checks the options. Throws OptionError or RangeError. */
  check?(options: O): void;
  /** Parameters for the shapes of the inputs, without the batch axis. Throws ShapeError. */
  params?(
    options: O,
    inputShapes: readonly Shape[],
    layerName: string,
  ): Readonly<Record<string, ParameterSpec>>;
  /** The output, or a list of them, for inputs with their batch axis. Throws ShapeError. */
  call(
    inputs: readonly SymbolicTensor[],
    context: CallContext<O>,
    layerName: string,
  ): SymbolicTensor | readonly SymbolicTensor[];
  /**
   * Whether the steps that count in the inputs are those of the output: for layers that act on each step alone.
   * Left out, masks end here, unless `call` sets one.
   */
  passesMask?: boolean;
  /** dtype of the model's input where this layer is the first; "float32" if left out. */
  inputDtype?: "float32" | "int32";
  /** Indices in the input lie in [0, this): data of a model are checked. Left out where it takes no indices. */
  indexLimit?(options: O): number;
  /** Functions that the layer has besides those of all layers. */
  methods?(options: O): M;
  /** The layer within this one that a parameter belongs to, and the parameter's name there; null: its own. */
  inner?(options: O, parameter: string): InnerParameter | null;
  /** Kernels that `call` multiplies by `adaptedProduct`, and how many of their axes, the first ones, are summed over. */
  adaptable?: Readonly<Record<string, number>>;
}

/** A parameter of a layer that another layer holds. */
export interface InnerParameter {
  readonly layer: AnyLayer;
  readonly parameter: string;
}

/** Options that every layer has. */
export interface CommonLayerOptions {
  /** Name in the model; by default the kind of layer with a number. */
  name: string | null;
  /** Shape of one sample, without the batch axis; by default that of the data. */
  inputShape: Shape | null;
  /** Whether the optimizer may change its parameters. Default true. */
  trainable: boolean;
}

/** What a layer with one output gives, or a list where it has several. */
export type LayerOutput = LayerTensor | readonly LayerTensor[];

/** What a layer in a model has besides being called. */
export interface LayerParts<Out> {
  /** The kind: "dense", "dropout", ... */
  readonly kind: string;
  /** Name in the model; null until it has one. */
  layerName: string | null;
  trainable: boolean;
  readonly inputShape: Shape | null;
  readonly options: Readonly<Record<string, unknown>>;
  params(inputShapes: readonly Shape[]): Readonly<Record<string, ParameterSpec>>;
  call(
    inputs: readonly SymbolicTensor[],
    context: Omit<CallContext<object>, "options">,
  ): SymbolicTensor | readonly SymbolicTensor[];
  readonly inputDtype: "float32" | "int32";
  /** Indices in the input lie in [0, this); null where it takes none. */
  readonly indexLimit: number | null;
  inner(parameter: string): InnerParameter | null;
  /** Kernels that `lora` can adapt, and how many of their axes, the first ones, are summed over. */
  readonly adaptable: Readonly<Record<string, number>>;
  /** Every application of the layer, in order. */
  readonly calls: LayerCall[];
  /** The output of its only application: for models that end there. @throws OptionError where there is none or several */
  readonly output: Out;
}

/** A layer in a model. Call it on inputs or on outputs of other layers to build a graph of layers. */
export interface Layer<Out extends LayerOutput = LayerTensor> extends LayerParts<Out> {
  (...inputs: readonly LayerOutput[]): Out;
}

declare const SHAPES: unique symbol;

/**
 * A layer whose output's shape follows from those of its inputs by a rule that the compiler knows. It stands
 * wherever a Layer may. `Input` is its option `inputShape`.
 */
export interface ShapedLayer<
  Rule extends ShapeRule,
  Input extends Shape | null,
> extends LayerParts<LayerTensor> {
  <const Inputs extends readonly LayerOutput[]>(
    ...inputs: Accepted<Rule, Inputs>
  ): LayerTensor<ShapeFrom<Apply<Rule, InputShapes<Inputs>>>>;
  /** For the compiler alone: there is nothing at run time. */
  readonly [SHAPES]?: { rule: Rule; input: Input };
}

/** What is given to `defineLayer` for `Out` where the declared type of the factory says what the layer gives. */
export type Shaped = never;

/** Shapes of what a layer is called on: tensors, or one list of them. */
type InputShapes<Inputs extends readonly LayerOutput[]> = Inputs extends readonly [
  infer List extends readonly LayerTensor[],
]
  ? ShapesOf<List>
  : ShapesOf<Inputs>;

type ShapesOf<Tensors extends readonly unknown[]> = number extends Tensors["length"]
  ? readonly Shape[]
  : { readonly [K in keyof Tensors]: Tensors[K] extends LayerTensor<infer S> ? S : Shape };

/** The inputs of a layer, or where their shapes do not fit, what no tensor is. */
type Accepted<Rule extends ShapeRule, Inputs extends readonly LayerOutput[]> =
  Apply<Rule, InputShapes<Inputs>> extends ShapeMismatch<infer Message>
    ? readonly [LayerTensor & ShapeMismatch<Message>, ...LayerOutput[]]
    : Inputs;

/** What a layer makes of an input of shape S: a shape, or a ShapeMismatch. */
export type OutputShape<One, S extends Shape> = One extends {
  readonly [SHAPES]?: { rule: infer Rule extends ShapeRule };
}
  ? Apply<Rule, readonly [S]> extends infer Out extends Shape | ShapeMismatch<string>
    ? Out
    : Shape
  : Shape;

/** The shape of one sample that a layer's options say. */
export type InputShapeOf<One> = One extends {
  readonly [SHAPES]?: { input: infer S extends Shape };
}
  ? S
  : Shape;

/** Options of a layer: any of O, all of `Needed`, and `inputShape` as the compiler knows it. */
export type LayerOptions<O, Input extends Shape | null, Needed extends object = object> = Partial<
  O & CommonLayerOptions
> &
  Needed & { inputShape?: Input };

/** A factory of layers whose options do not matter to the shape. */
export type LayerFactory<Rule extends ShapeRule, O> = <const Input extends Shape | null>(
  options?: LayerOptions<O, Input>,
) => ShapedLayer<Rule, Input>;

/** The same, with options that must be given. */
export type LayerFactoryNeeding<Rule extends ShapeRule, O, Needed extends keyof O> = <
  const Input extends Shape | null,
>(
  options: LayerOptions<O, Input, Pick<O, Needed>>,
) => ShapedLayer<Rule, Input>;

/** A layer, whatever it gives. */
export type AnyLayer = Layer<LayerOutput>;

/** What a layer is made from, besides what all layers share. */
export type LayerBody = Pick<
  AnyLayer,
  "kind" | "layerName" | "trainable" | "inputShape" | "options" | "inputDtype" | "indexLimit"
> &
  Pick<AnyLayer, "params" | "call" | "inner" | "adaptable">;

/** A layer from its parts. */
export function makeLayer<Out extends LayerOutput>(body: LayerBody): Layer<Out> {
  const calls: LayerCall[] = [];
  const layer = Object.assign(
    (...inputs: readonly LayerOutput[]): Out => {
      const outputs = LayerTensor.apply(layer as AnyLayer, inputs.flat());
      return (outputs.length === 1 ? outputs[0]! : outputs) as Out;
    },
    body,
    { calls },
  ) as Layer<Out>;
  Object.defineProperty(layer, "output", {
    get: () => {
      if (calls.length !== 1) {
        throw new OptionError(
          `${body.kind} "${layer.layerName ?? body.kind}": output must be that of one application, it has ${calls.length}; keep the tensor that the call returned`,
        );
      }
      const { outputs } = calls[0]!;
      return outputs.length === 1 ? outputs[0]! : outputs;
    },
  });
  return layer;
}

/** A factory of layers: `dense({ units: 10 })`. @throws OptionError on unknown options */
export function defineLayer<
  O extends object,
  Out extends LayerOutput = LayerTensor,
  M extends object = object,
>(
  definition: LayerDefinition<O, M>,
): (options?: Partial<O & CommonLayerOptions>) => Layer<Out> & M {
  return (given = {}) => {
    const common: CommonLayerOptions = { name: null, inputShape: null, trainable: true };
    const all = withDefaults<O & CommonLayerOptions>(
      definition.name,
      { ...definition.defaults, ...common },
      given,
    );
    if (all.inputShape !== null) checkSampleShape(`${definition.name}: inputShape`, all.inputShape);
    for (const name of definition.needs ?? []) {
      if (given[name] === undefined)
        throw new OptionError(`${definition.name}: ${name} must be given`);
    }
    definition.check?.(all);
    const nameOf = (): string => layer.layerName ?? definition.name;
    const layer = makeLayer<Out>({
      kind: definition.name,
      layerName: all.name,
      trainable: all.trainable,
      inputShape: all.inputShape,
      options: { ...all } as Readonly<Record<string, unknown>>,
      inputDtype: definition.inputDtype ?? "float32",
      indexLimit: definition.indexLimit?.(all) ?? null,
      params: (shapes) => definition.params?.(all, shapes, nameOf()) ?? {},
      call: (inputs, context) => {
        const made = definition.call(inputs, { ...context, options: all }, nameOf());
        const mask = definition.passesMask ? commonMask(inputs) : null;
        if (mask) {
          for (const t of outputsOf(made))
            if (t.shape.length >= 2 && t.shape[1] === mask.shape[1]) withMask(t, mask);
        }
        return made;
      },
      inner: (parameter) => definition.inner?.(all, parameter) ?? null,
      adaptable: definition.adaptable ?? {},
    });
    return Object.assign(layer, definition.methods?.(all)) as Layer<Out> & M;
  };
}
