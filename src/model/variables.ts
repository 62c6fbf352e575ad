import type { Address } from "../kernels/command.ts";
import type { Engine } from "../kernels/engine.ts";
import type { ParameterSpec } from "../layers/defineLayer.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import type { OptimizerVariable } from "../optim/optimizerRun.ts";

/** A parameter or a piece of state of a model. */
export interface Variable {
  /** `layer/parameter`, unique in the model. */
  readonly name: string;
  readonly spec: ParameterSpec;
  /** Elements. */
  readonly size: number;
}

/** Values by name, on the host: what a model is when no engine holds it. */
export interface Snapshot {
  values: Map<string, Float32Array<ArrayBuffer>>;
  /** Optimizer slots by slot name, then by variable. */
  slots: Map<string, Map<string, Float32Array<ArrayBuffer>>>;
}

/**
 * A model's variables in linear memory: one contiguous block for all that is trained, its gradients
 * and each optimizer slot in the same order, and a block for state and what is frozen.
 *
 *     | trained a | trained b | ... |   | gradient a | gradient b | ... |   | slot a | slot b | ... |
 *     | state | frozen | ... |
 *
 * Each variable begins on a cache line, so blocks of the same order have the same offsets.
 */
export class VariableMemory {
  readonly engine: Engine;
  readonly trained: readonly Variable[];
  readonly kept: readonly Variable[];
  /** Bytes of the trained block with padding. */
  readonly trainedBytes: number;
  readonly parameters: Address;
  readonly gradients: Address;
  readonly slots: ReadonlyMap<string, Address>;
  private readonly state: Address;
  private readonly offsets = new Map<string, number>();
  private readonly isTrained = new Set<string>();

  constructor(
    engine: Engine,
    variables: readonly Variable[],
    isTrained: (v: Variable) => boolean,
    slotNames: readonly string[],
  ) {
    this.engine = engine;
    this.trained = variables.filter(isTrained);
    this.kept = variables.filter((v) => !isTrained(v));
    for (const v of this.trained) this.isTrained.add(v.name);
    const layOut = (list: readonly Variable[]): number => {
      let bytes = 0;
      for (const v of list) {
        this.offsets.set(v.name, bytes);
        bytes += padded(4 * v.size);
      }
      return bytes;
    };
    const regions = regionsOf(engine);
    this.trainedBytes = layOut(this.trained);
    const keptBytes = layOut(this.kept);
    this.parameters = regions.allocate(this.trainedBytes);
    this.gradients = regions.allocate(this.trainedBytes);
    this.slots = new Map(slotNames.map((name) => [name, regions.allocate(this.trainedBytes)]));
    this.state = regions.allocate(keptBytes);
  }

  /** Trained variables as the optimizer sees them. */
  get layout(): OptimizerVariable[] {
    return this.trained.map((v) => ({
      name: v.name,
      offset: this.offset(v.name),
      size: v.size,
      shape: v.spec.shape,
      decays: v.spec.decay !== false,
      constraint: v.spec.constraint ?? null,
    }));
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return (
      this.trainedBytes * (2 + this.slots.size) +
      this.kept.reduce((sum, v) => sum + padded(4 * v.size), 0)
    );
  }

  /** Bytes from the start of its block to a variable. */
  offset(name: string): number {
    return this.offsets.get(name)!;
  }

  /** Address of a variable's values. */
  address(name: string): Address {
    return (this.isTrained.has(name) ? this.parameters : this.state) + this.offset(name);
  }

  /** Address of a trained variable's gradient. */
  gradient(name: string): Address {
    return this.gradients + this.offset(name);
  }

  /** A view of a variable's values; it is stale once memory has grown. */
  view(v: Variable): Float32Array {
    return this.viewAt(this.address(v.name), v.size);
  }

  private viewAt(address: Address, size: number): Float32Array {
    return this.engine.f32.subarray(address >>> 2, (address >>> 2) + size);
  }

  /** Copies values and slots in; a slot that the snapshot lacks is filled with `fresh(slot)`, or the values. */
  restore(from: Snapshot, fresh: (slot: string) => number | "parameter"): void {
    for (const v of [...this.trained, ...this.kept]) this.view(v).set(from.values.get(v.name)!);
    for (const [slot, base] of this.slots) {
      const held = from.slots.get(slot);
      for (const v of this.trained) {
        const to = this.viewAt(base + this.offset(v.name), v.size);
        const values = held?.get(v.name);
        const first = fresh(slot);
        if (values) to.set(values);
        else if (first === "parameter") to.set(this.view(v));
        else to.fill(first);
      }
    }
  }

  /** Copies values and slots out. Slots of variables that are frozen now are kept from `before`. */
  snapshot(before: Snapshot): Snapshot {
    const values = new Map<string, Float32Array<ArrayBuffer>>();
    for (const v of [...this.trained, ...this.kept])
      values.set(v.name, Float32Array.from(this.view(v)));
    const slots = new Map([...before.slots].map(([slot, held]) => [slot, new Map(held)]));
    for (const [slot, base] of this.slots) {
      const held = slots.get(slot) ?? new Map<string, Float32Array<ArrayBuffer>>();
      for (const v of this.trained)
        held.set(v.name, Float32Array.from(this.viewAt(base + this.offset(v.name), v.size)));
      slots.set(slot, held);
    }
    return { values, slots };
  }

  free(): void {
    const regions = regionsOf(this.engine);
    for (const address of [this.parameters, this.gradients, ...this.slots.values(), this.state])
      regions.free(address);
  }
}
