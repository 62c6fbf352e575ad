import { OptionError, ShapeError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import { Commands } from "../kernels/commands.ts";
import { type Engine, sharedEngine } from "../kernels/engine.ts";
import { kernelsOf } from "../kernels/kernels.ts";
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
  borders: readonly [Address, Address, Address, Address];
  scratch: Address;
  scratchBytes: number;
  /** Slots that begin as the parameters, until they have. */
  copies: readonly Address[];
}

/** An optimizer, and the arrays that it moves. */
export interface ArrayLayout {
  readonly optimizer: Optimizer;
  readonly layout: readonly OptimizerVariable[];
  /** Of all arrays, each padded. */
  readonly bytes: number;
  /** Whether gradients are taken ahead of the parameters. */
  readonly looksAhead: boolean;
}

/** What `ArrayOptimizer` promises, over blocks in linear memory. */
export class PlacedArrays {
  private readonly arrays: ArrayLayout;
  private readonly placed: Placed;
  /** Whether the parameters lie where `lookAhead` moved them. */
  private ahead = false;

  constructor(arrays: ArrayLayout, placed: Placed) {
    this.arrays = arrays;
    this.placed = placed;
  }

  step(params: readonly Float32Array[], grads: readonly (Float32Array | Tensor)[]): void {
    const { placed: p } = this;
    const { looksAhead } = this.arrays;
    if (looksAhead && !this.ahead) throw this.wrongOrder("step needs lookAhead");
    const gradients = grads.map((g) => ("data" in g ? g.data : g));
    this.write("params", p.parameters, params);
    this.write("grads", p.gradients, gradients);
    if (!this.ahead) this.begin();
    this.ahead = false;
    const last = looksAhead || p.run.beginStep(p.plan);
    p.engine.run(p.borders[1], p.borders[last ? 3 : 2], p.scratch, p.scratchBytes);
    p.run.endStep(last);
    this.read(params);
  }

  /** Only where the optimizer looks ahead: a rule may count in `beginStep`. */
  lookAhead(params: readonly Float32Array[]): void {
    const { placed: p } = this;
    if (this.ahead) throw this.wrongOrder("lookAhead needs a step");
    this.write("params", p.parameters, params);
    this.begin();
    p.run.beginStep(p.plan);
    p.engine.run(p.borders[0], p.borders[1], p.scratch, p.scratchBytes);
    this.read(params);
    this.ahead = true;
  }

  endEpoch(): void {
    this.placed.run.endEpoch();
  }

  get learningRate(): number {
    return this.placed.run.learningRate;
  }

  /** Fills the slots that begin as the parameters, at the first step. */
  private begin(): void {
    const { engine, parameters, copies } = this.placed;
    for (const slot of copies)
      engine.u8.copyWithin(slot, parameters, parameters + this.arrays.bytes);
    this.placed.copies = [];
  }

  private wrongOrder(what: string): OptionError {
    return new OptionError(
      `${this.arrays.optimizer.name}: ${what} before it, as this optimizer takes its gradients ahead of the parameters; ` +
        `call lookAhead(params), take the gradients, call step(params, grads)`,
    );
  }

  private write(what: string, to: Address, arrays: readonly ArrayLike<number>[]): void {
    const { engine } = this.placed;
    if (
      arrays.length !== this.arrays.layout.length ||
      arrays.some((a, i) => a.length !== this.arrays.layout[i]!.size)
    ) {
      throw new ShapeError(
        `${this.arrays.optimizer.name}: ${what} must be arrays of ${this.arrays.layout.map((v) => v.size).join(", ")} numbers, got ${arrays.map((a) => a.length).join(", ")}`,
      );
    }
    arrays.forEach((a, i) => engine.f32.set(a, (to + this.arrays.layout[i]!.offset) >>> 2));
  }

  private read(arrays: readonly Float32Array[]): void {
    const { engine, parameters } = this.placed;
    arrays.forEach((a, i) => {
      const at = (parameters + this.arrays.layout[i]!.offset) >>> 2;
      a.set(engine.f32.subarray(at, at + a.length));
    });
  }
}

/**
 * Allocates what an optimizer over plain arrays needs, and writes the commands of its update.
 *
 * @param owner  what the memory lives as long as
 * @throws MemoryError
 */
export async function placeArrays(arrays: ArrayLayout, owner: object): Promise<PlacedArrays> {
  const { optimizer, layout, bytes } = arrays;
  const engine = await sharedEngine();
  const regions = regionsOf(engine);
  const { definition, options } = optimizer;
  const allocate = (): Address => regions.allocate(bytes);
  const [parameters, gradients] = [allocate(), allocate()];
  const slots = new Map(definition.slots(options).map((name) => [name, allocate()]));
  for (const [name, address] of slots) {
    const first = definition.slotInit?.(name, options) ?? 0;
    const value = first === "parameter" ? 0 : first;
    engine.f32.fill(value, address >>> 2, (address + bytes) >>> 2);
  }
  const copies = [...slots]
    .filter(([name]) => definition.slotInit?.(name, options) === "parameter")
    .map(([, address]) => address);
  const memory = {
    engine,
    trainedBytes: bytes,
    layout,
    parameters,
    gradients,
    slots,
  };
  const run = new OptimizerRun(optimizer, memory);
  const commands = new Commands(engine.splitWork);
  const kernels = kernelsOf(commands);
  run.emitBefore(kernels, commands);
  const border = commands.position;
  run.emitAccumulate(kernels, commands);
  const accumulated = commands.position;
  const needs = run.workspace;
  const scratchBytes = padded(needs.scratch);
  const work = regions.allocate(padded(needs.work) + scratchBytes * engine.threads);
  run.emitUpdate(kernels, commands, work);
  const end = commands.position;
  await engine.extend(commands.isExtended);
  const base = regions.allocate(commands.bytes);
  commands.place(engine.i32, base);
  const held = [parameters, gradients, ...slots.values(), work, base];
  reclaimWith(owner, { free: () => held.splice(0).forEach((address) => regions.free(address)) });
  return new PlacedArrays(arrays, {
    engine,
    parameters,
    gradients,
    run,
    plan: { slots: commands.named },
    borders: [base, base + border, base + accumulated, base + end],
    scratch: work + padded(needs.work),
    scratchBytes,
    copies,
  });
}
