import { withDefaults } from "../errors.ts";
import { Random } from "../math/random.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** How a parameter's first values are drawn. */
export interface InitializerDefinition<O extends object> {
  name: string;
  defaults: O;
  /** Checks the options. Throws RangeError, OptionError. */
  check?(options: O): void;
  /** The elements of a parameter of this shape. `random` is a stream of its own. */
  sample(shape: Shape, options: O, random: Random): Float32Array<ArrayBuffer>;
}

/** An initializer with its options: call it with a shape to get a tensor. */
export interface Initializer {
  (shape: Shape): Tensor;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The seed that was asked for, or null: then the model's seed decides. */
  readonly seed: number | null;
  sample(shape: Shape, random: Random): Float32Array<ArrayBuffer>;
}

/** A factory of initializers: `heNormal({ seed: 1 })([64, 32])`. */
export function defineInitializer<O extends object>(
  definition: InitializerDefinition<O>,
): (options?: Partial<O & { seed: number | null }>) => Initializer {
  return (options = {}) => {
    const all = withDefaults<O & { seed: number | null }>(
      definition.name,
      { ...definition.defaults, seed: null },
      options,
    );
    definition.check?.(all);
    const sample = (shape: Shape, random: Random): Float32Array<ArrayBuffer> =>
      definition.sample(shape, all, random);
    const call = (shape: Shape): Tensor => tensor(sample(shape, new Random(all.seed ?? 0)), shape);
    return Object.assign(call, {
      kind: definition.name,
      options: { ...all },
      seed: all.seed,
      sample,
    });
  };
}

/**
 * Inputs and outputs of one unit: the last two axes, times the area of a convolution's kernel.
 * Source: Glorot & Bengio 2010; the axes are Keras's [..., in, out].
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const area = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * area, fanOut: shape.at(-1)! * area };
}
