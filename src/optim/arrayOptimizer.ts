import { OptionError, ShapeError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import { Commands } from "../kernels/commands.ts";
import { type Engine, init } from "../kernels/engine.ts";
import { Kernels } from "../kernels/table.gen.ts";
import { reclaimWith } from "../memory/reclaim.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./defineOptimizer.ts";
import { OptimizerRun, type OptimizerVariable, type UpdatePlan } from "./optimizerRun.ts";

/** The blocks of an optimizer over plain arrays, and the commands of its update. */
interface Placed {
  engine: Engine;
  parameters: Address;
  gradients: Address;
  run: OptimizerRun;
  plan: UpdatePlan;
  /** Borders of the look-ahead and of the update. */
  borders: readonly [Address, Address, Address];
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

  constructor(optimizer: Optimizer, params: readonly Float32Array[]) {
    this.optimizer = optimizer;
    this.looksAhead = optimizer.definition.looksAhead?.(optimizer.options) ?? false;
    let bytes = 0;
    this.layout = params.map((p) => {
      const offset = bytes;
      bytes += padded(4 * p.length);
      return { offset, size: p.length, decays: true };
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
    this.ahead = false;
    p.run.beginStep(p.plan);
    p.engine.run(p.borders[1], p.borders[2], 0);
    p.run.endStep();
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
    p.run.beginStep(p.plan);
    p.engine.run(p.borders[0], p.borders[1], 0);
    this.read(p, params);
    this.ahead = true;
  }

  private wrongOrder(what: string): OptionError {
    return new OptionError(
      `${this.optimizer.name}: ${what} before it, as this optimizer takes its gradients ahead of the parameters; ` +
        `call lookAhead(params), take the gradients, call step(params, grads)`,
    );
  }

  private place(): Promise<Placed> {
    this.placed ??= init().then((engine) => {
      const regions = regionsOf(engine);
      const { definition, options } = this.optimizer;
      const allocate = (): Address => regions.allocate(this.bytes);
      const [parameters, gradients] = [allocate(), allocate()];
      const slots = new Map(definition.slots(options).map((name) => [name, allocate()]));
      for (const [name, address] of slots) {
        const first = definition.slotInit?.(name, options) ?? 0;
        engine.f32.fill(first, address >>> 2, (address + this.bytes) >>> 2);
      }
      const memory = {
        engine,
        trainedBytes: this.bytes,
        layout: this.layout,
        parameters,
        gradients,
        slots,
      };
      const run = new OptimizerRun(this.optimizer, memory);
      const commands = new Commands(engine.splitWork);
      const kernels = new Kernels(commands);
      run.emitBefore(kernels, commands);
      const border = commands.position;
      run.emitUpdate(kernels, commands);
      const end = commands.position;
      const base = regions.allocate(commands.bytes);
      commands.place(engine.i32, base);
      const held = [parameters, gradients, ...slots.values(), base];
      reclaimWith(this, { free: () => held.splice(0).forEach((address) => regions.free(address)) });
      return {
        engine,
        parameters,
        gradients,
        run,
        plan: { slots: commands.named },
        borders: [base, base + border, base + end],
      };
    });
    return this.placed;
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
