import { OptionError, ShapeError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import { padded } from "../memory/regions.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./defineOptimizer.ts";
import type { OptimizerVariable } from "./optimizerRun.ts";
import type { Placed } from "./placeArrays.ts";

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
  private placed: Promise<Placed> | null = null;
  private readonly looksAhead: boolean;
  /** Whether the parameters lie where `lookAhead` moved them. */
  private ahead = false;

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
    const p = await this.place();
    if (this.looksAhead && !this.ahead) throw this.wrongOrder("step needs lookAhead");
    this.write("params", p, p.parameters, params);
    this.write(
      "grads",
      p,
      p.gradients,
      grads.map((g) => ("data" in g ? g.data : g)),
    );
    if (!this.ahead) this.begin(p);
    this.ahead = false;
    const last = this.looksAhead || p.run.beginStep(p.plan);
    p.engine.run(p.borders[1], p.borders[last ? 3 : 2], p.scratch, p.scratchBytes);
    p.run.endStep(last);
    this.read(p, params);
  }

  /**
   * Moves the parameters to where the gradients of the next step are to be taken, for optimizers
   * that look ahead (`sgd({ nesterov: true, dialect: "seed" })`); `step` moves them back. Nothing for others.
   *
   * @throws ShapeError where number or lengths differ
   * @throws OptionError where it was called twice without a step between
   */
  async lookAhead(params: readonly Float32Array[]): Promise<void> {
    if (!this.looksAhead) return; // beginStep is for steps alone: a rule may count there
    const p = await this.place();
    if (this.ahead) throw this.wrongOrder("lookAhead needs a step");
    this.write("params", p, p.parameters, params);
    this.begin(p);
    p.run.beginStep(p.plan);
    p.engine.run(p.borders[0], p.borders[1], p.scratch, p.scratchBytes);
    this.read(p, params);
    this.ahead = true;
  }

  /** Ends an epoch, for schedules that count them. */
  async endEpoch(): Promise<void> {
    (await this.place()).run.endEpoch();
  }

  /** The rate of the next step. */
  async learningRate(): Promise<number> {
    return (await this.place()).run.learningRate;
  }

  /** Fills the slots that begin as the parameters, at the first step. */
  private begin(p: Placed): void {
    for (const slot of p.copies)
      p.engine.u8.copyWithin(slot, p.parameters, p.parameters + this.bytes);
    p.copies = [];
  }

  private wrongOrder(what: string): OptionError {
    return new OptionError(
      `${this.optimizer.name}: ${what} before it, as this optimizer takes its gradients ahead of the parameters; ` +
        `call lookAhead(params), take the gradients, call step(params, grads)`,
    );
  }

  private place(): Promise<Placed> {
    return (this.placed ??= this.firstPlace());
  }

  private async firstPlace(): Promise<Placed> {
    const { placeArrays } = await import("./placeArrays.ts"); // few pages need it
    const { optimizer, layout, bytes } = this;
    return placeArrays({ optimizer, layout, bytes }, this);
  }

  private write(
    what: string,
    { engine }: Placed,
    to: Address,
    arrays: readonly ArrayLike<number>[],
  ): void {
    if (
      arrays.length !== this.layout.length ||
      arrays.some((a, i) => a.length !== this.layout[i]!.size)
    ) {
      throw new ShapeError(
        `${this.optimizer.name}: ${what} must be arrays of ${this.layout.map((v) => v.size).join(", ")} numbers, got ${arrays.map((a) => a.length).join(", ")}`,
      );
    }
    arrays.forEach((a, i) => engine.f32.set(a, (to + this.layout[i]!.offset) >>> 2));
  }

  private read({ engine, parameters }: Placed, arrays: readonly Float32Array[]): void {
    arrays.forEach((a, i) => {
      const at = (parameters + this.layout[i]!.offset) >>> 2;
      a.set(engine.f32.subarray(at, at + a.length));
    });
  }
}
