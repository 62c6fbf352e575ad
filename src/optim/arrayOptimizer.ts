import { OptionError, ShapeError } from "../errors.ts";
import { padded } from "../memory/regions.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./defineOptimizer.ts";
import type { OptimizerVariable } from "./optimizerRun.ts";
import type { PlacedArrays } from "./placedArrays.ts";

/** What is known of plain arrays besides their lengths. */
export interface ArrayParameters {
  /** What `groups` match. Default "0", "1", ... */
  readonly names?: readonly string[];
  /** For rules that treat matrices by themselves (muon, adafactor). Default vectors. */
  readonly shapes?: readonly Shape[];
}

/**
 * An optimizer over plain Float32Arrays, through the same fused kernels as a model's: for custom
 * loops and for play. Made by `adam({ ... }).init(params)`.
 */
export class ArrayOptimizer {
  private readonly optimizer: Optimizer;
  private readonly layout: readonly OptimizerVariable[];
  private readonly bytes: number;
  private placed: Promise<PlacedArrays> | null = null;
  private readonly looksAhead: boolean;

  constructor(
    optimizer: Optimizer,
    params: readonly Float32Array[],
    { names, shapes }: ArrayParameters = {},
  ) {
    this.optimizer = optimizer;
    if (optimizer.options.samRadius !== null) {
      throw new OptionError(
        `${optimizer.name}: samRadius needs a second gradient, which only a model's fit takes`,
      );
    }
    this.looksAhead = optimizer.definition.looksAhead?.(optimizer.options) ?? false;
    let bytes = 0;
    this.layout = params.map((p, i) => {
      const offset = bytes;
      const shape = shapes?.[i] ?? [p.length];
      if (sizeOf(shape) !== p.length) {
        throw new ShapeError(
          `${optimizer.name}: shapes[${i}] must hold ${p.length} elements, got [${shape.join(", ")}]`,
        );
      }
      bytes += padded(4 * p.length);
      const name = names?.[i] ?? String(i);
      return { name, offset, size: p.length, shape, decays: true, constraint: null };
    });
    this.bytes = bytes;
  }

  /**
   * One update, in place.
   *
   * @param params  arrays of the lengths that `init` got
   * @param grads   the gradient of each: arrays, or tensors as `valueAndGrad` gives them
   * @throws ShapeError where number or lengths differ
   * @throws OptionError where the optimizer looks ahead and `lookAhead` was not called since the last step
   */
  async step(
    params: readonly Float32Array[],
    grads: readonly (Float32Array | Tensor)[],
  ): Promise<void> {
    (await this.place()).step(params, grads);
  }

  /**
   * Moves the parameters to where the gradients of the next step are to be taken, for optimizers
   * that look ahead (`sgd({ nesterov: true, dialect: "seed" })`); `step` moves them back. Nothing for others.
   *
   * @throws ShapeError where number or lengths differ
   * @throws OptionError where it was called twice without a step between
   */
  async lookAhead(params: readonly Float32Array[]): Promise<void> {
    if (this.looksAhead) (await this.place()).lookAhead(params);
  }

  /** Ends an epoch, for schedules that count them. */
  async endEpoch(): Promise<void> {
    (await this.place()).endEpoch();
  }

  /** The rate of the next step. */
  async learningRate(): Promise<number> {
    return (await this.place()).learningRate;
  }

  private place(): Promise<PlacedArrays> {
    return (this.placed ??= this.firstPlace());
  }

  private async firstPlace(): Promise<PlacedArrays> {
    const { placeArrays } = await import("./placedArrays.ts"); // few pages need it
    const { optimizer, layout, bytes, looksAhead } = this;
    return placeArrays({ optimizer, layout, bytes, looksAhead }, this);
  }
}
