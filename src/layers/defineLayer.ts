import type { Constraint } from "../constraints/defineConstraint.ts";
import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Shape } from "../shape.ts";
import { LayerTensor } from "./layerTensor.ts";

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
  /** Replaces a piece of state after the step. */
  readonly update: (name: string, value: SymbolicTensor) => void;
}

/** A layer's parameters and what it computes. */
export interface LayerDefinition<O extends object> {
  /** camelCase; the loader's name for it. */
  name: string;
  defaults: O;
  /** Checks the options. Throws OptionError or RangeError. */
  check?(options: O): void;
  /** Parameters for the shapes of the inputs, without the batch axis. Throws ShapeError. */
  params?(
    options: O,
    inputShapes: readonly Shape[],
    layerName: string,
  ): Readonly<Record<string, ParameterSpec>>;
  /** The output for inputs with their batch axis. Throws ShapeError. */
  call(
    inputs: readonly SymbolicTensor[],
    context: CallContext<O>,
    layerName: string,
  ): SymbolicTensor;
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

/** A layer in a model. Call it on a symbolic tensor to build a graph of layers. */
export interface Layer {
  (...inputs: (LayerTensor | readonly LayerTensor[])[]): LayerTensor;
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
  ): SymbolicTensor;
}

/** A factory of layers: `dense({ units: 10 })`. @throws OptionError on unknown options */
export function defineLayer<O extends object>(
  definition: LayerDefinition<O>,
): (options?: Partial<O & CommonLayerOptions>) => Layer {
  return (given = {}) => {
    const common: CommonLayerOptions = { name: null, inputShape: null, trainable: true };
    const all = withDefaults<O & CommonLayerOptions>(
      definition.name,
      { ...definition.defaults, ...common },
      given,
    );
    definition.check?.(all);
    const layer: Layer = Object.assign(
      (...inputs: (LayerTensor | readonly LayerTensor[])[]) => LayerTensor.of(layer, inputs.flat()),
      {
        kind: definition.name,
        layerName: all.name,
        trainable: all.trainable,
        inputShape: all.inputShape,
        options: { ...all } as Readonly<Record<string, unknown>>,
        params: (shapes: readonly Shape[]) =>
          definition.params?.(all, shapes, layer.layerName ?? definition.name) ?? {},
        call: (inputs: readonly SymbolicTensor[], context: Omit<CallContext<object>, "options">) =>
          definition.call(inputs, { ...context, options: all }, layer.layerName ?? definition.name),
      },
    );
    return layer;
  };
}
