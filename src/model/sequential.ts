import { OptionError, withDefaults } from "../errors.ts";
import type { Layer } from "../layers/defineLayer.ts";
import { input } from "../layers/layerTensor.ts";
import type { Shape } from "../shape.ts";
import { Model } from "./model.ts";

/** Options of `sequential`. */
export interface SequentialOptions {
  name: string;
  /** Decides the first values of the parameters. Default 0. */
  seed: number;
}

/** A model whose layers follow one another. */
export class Sequential extends Model {
  private readonly chain: Layer[];

  constructor(layers: readonly Layer[], options: SequentialOptions) {
    const chain: Layer[] = [];
    super(chain, options.name, options.seed);
    this.chain = chain;
    for (const layer of layers) this.add(layer);
    const shape = chain[0]?.inputShape;
    if (shape) this.build(shape);
  }

  /**
   * Appends a layer.
   *
   * @throws OptionError once the model is built, or for a second layer of the same name
   */
  add(layer: Layer): this {
    if (this.built)
      throw new OptionError(
        `model "${this.name}": is built already; add layers before the first fit`,
      );
    if (this.chain.includes(layer)) {
      throw new OptionError(
        `model "${this.name}": the same ${layer.kind} layer is given twice; make a second one`,
      );
    }
    const taken = this.chain.map((one) => one.layerName);
    if (layer.layerName === null) {
      let name = layer.kind;
      for (let i = 1; taken.includes(name); i++) name = `${layer.kind}_${i}`;
      layer.layerName = name;
    } else if (taken.includes(layer.layerName)) {
      throw new OptionError(
        `model "${this.name}": two layers are named "${layer.layerName}"; names must differ`,
      );
    }
    this.chain.push(layer);
    return this;
  }

  override build(inputShape: Shape): void {
    if (this.built) return;
    if (this.chain.length === 0)
      throw new OptionError(`model "${this.name}": has no layers; add one`);
    const first = input(inputShape);
    let t = first;
    for (const layer of this.chain) t = layer(t);
    this.setGraph([first], [t]);
  }
}

/**
 * A model whose layers follow one another.
 *
 * @example
 *     const model = sequential([dense({ units: 64, activation: "relu" }), dense({ units: 10, activation: "softmax" })]);
 */
export function sequential(
  layers: readonly Layer[] = [],
  options: Partial<SequentialOptions> = {},
): Sequential {
  return new Sequential(
    layers,
    withDefaults("sequential", { name: "sequential", seed: 0 }, options),
  );
}
