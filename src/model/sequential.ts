import { OptionError, shown, withDefaults } from "../errors.ts";
import type { Layer } from "../layers/defineLayer.ts";
import { input } from "../layers/layerTensor.ts";
import type { Shape } from "../shape.ts";
import type { Batch } from "../tensor/shapeTypes.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Model } from "./model.ts";
import type { Chain, ChainInput, LayerLike } from "./modelShapes.ts";
import { nameLayers } from "./topology.ts";

/** Options of `sequential`. */
export interface SequentialOptions {
  name: string;
  /** Decides the first values of the parameters. Default 0. */
  seed: number;
}

/** A model whose layers follow one another, with the shapes of samples that go in and come out. */
export class Sequential<In extends Shape = Shape, Out extends Shape = Shape> extends Model<
  Tensor<Batch<Out>>,
  readonly [In]
> {
  private readonly chain: Layer[] = [];

  constructor(layers: readonly LayerLike[], options: SequentialOptions) {
    super(options.name, options.seed, "single");
    for (const layer of layers) this.add(layer);
    const first = layers[0];
    if (first instanceof Model) {
      if (first.built) this.build(first.topology.inputs[0]!.shape);
    } else if (first?.inputShape) this.build(first.inputShape);
  }

  override get isSequential(): boolean {
    return true;
  }

  override get layers(): readonly Layer[] {
    return this.chain;
  }

  /**
   * Appends a layer, or a model as one. What the compiler knows of the output is then out of date: give a
   * variable that is added to the type `Sequential`, or begin with `sequential()`.
   *
   * @throws OptionError once the model is built, or for a second layer of the same name
   */
  add(layer: LayerLike): Sequential<In> {
    if (this.built)
      throw new OptionError(
        `model "${this.name}": is built already; add layers before the first fit`,
      );
    const one = layer instanceof Model ? (layer.asLayer() as Layer) : layer;
    if (typeof one !== "function" || !("calls" in one)) {
      const cure = typeof one === "function" ? "; call what makes one: dense({ ... })" : "";
      throw new OptionError(
        `model "${this.name}": must be made of layers, got ${shown(one)}${cure}`,
      );
    }
    if (this.chain.includes(one)) {
      throw new OptionError(
        `model "${this.name}": the same ${one.kind} layer is given twice; make a second one`,
      );
    }
    nameLayers(`model "${this.name}"`, [...this.chain, one]);
    this.chain.push(one);
    return this;
  }

  override build(inputShape: Shape): void {
    if (this.built) return;
    if (this.chain.length === 0)
      throw new OptionError(`model "${this.name}": has no layers; add one`);
    const first = input(inputShape, { dtype: this.chain[0]!.inputDtype });
    let t = first;
    for (const layer of this.chain) t = layer(t);
    this.setGraph([first], [t], null);
  }
}

/**
 * A model whose layers follow one another.
 *
 * @example
 *     const model = sequential([dense({ units: 64, activation: "relu" }), dense({ units: 10, activation: "softmax" })]);
 */
export function sequential<const Layers extends readonly LayerLike[]>(
  layers: Layers & NoInfer<Chain<Layers, ChainInput<Layers>>["layers"]>,
  options?: Partial<SequentialOptions>,
): Sequential<ChainInput<Layers>, Chain<Layers, ChainInput<Layers>>["out"]>;
export function sequential(): Sequential;
export function sequential(
  layers: readonly LayerLike[] = [],
  options: Partial<SequentialOptions> = {},
): Sequential {
  if (!Array.isArray(layers)) {
    throw new OptionError(
      `sequential: layers must be an array, got ${shown(layers)}; sequential([dense({ ... })])`,
    );
  }
  return new Sequential(
    layers,
    withDefaults("sequential", { name: "sequential", seed: 0 }, options),
  );
}
