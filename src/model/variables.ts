import { EngineError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import type { Engine } from "../kernels/engine.ts";
import type { AnyLayer, ParameterSpec } from "../layers/defineLayer.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import type { OptimizerVariable } from "../optim/optimizerRun.ts";

/**
 * The values of one parameter, which every model that holds its layer shares. They are on the host, or in
 * the memory of the model that trained them last.
 */
export interface Cell {
  values: Float32Array<ArrayBuffer> | null;
  at: { readonly memory: VariableMemory; readonly variable: Variable } | null;
  /** Grows when the values on the host change. */
  version: number;
  /** Whether a step that updated them was broken off: some elements are of before it, some of after it. */
  doubted: boolean;
}

/** A parameter or a piece of state of a model. */
export interface Variable {
  /** `layer/parameter`, unique in the model. */
  readonly name: string;
  readonly spec: ParameterSpec;
  /** Elements. */
  readonly size: number;
  /** The layer that it belongs to, and those that hold that layer. */
  readonly layers: readonly AnyLayer[];
  readonly cell: Cell;
}

const cells = new WeakMap<AnyLayer, Map<string, Cell>>();

/** The cell of a layer's parameter. */
export function cellOf(layer: AnyLayer, parameter: string): Cell {
  let own = cells.get(layer);
  if (!own) cells.set(layer, (own = new Map()));
  let cell = own.get(parameter);
  if (!cell) own.set(parameter, (cell = { values: null, at: null, version: 0, doubted: false }));
  return cell;
}

/** @throws EngineError where a variable's values are of a step that was broken off */
function checkSound({ name, cell }: Variable): void {
  if (!cell.doubted) return;
  throw new EngineError(
    `"${name}": its values are incomplete, as a worker thread was lost while they were updated; load a checkpoint, by fit({ resumeFrom }) or loadWeights(), or give values by setWeights()`,
  );
}

/** A copy of a variable's values, wherever they are; null before they are drawn. @throws EngineError as `fetch` */
export function valuesOf(v: Variable): Float32Array<ArrayBuffer> | null {
  const { cell } = v;
  checkSound(v);
  if (cell.at) return Float32Array.from(cell.at.memory.view(cell.at.variable));
  return cell.values && Float32Array.from(cell.values);
}

/** Replaces a variable's values; models that are in linear memory fetch them before their next run. */
export function setValuesOf({ cell }: Variable, values: Float32Array<ArrayBuffer>): void {
  cell.values = values;
  cell.at = null;
  cell.version++;
  cell.doubted = false;
}

/** Optimizer slots on the host: by slot name, then by variable. */
export type Slots = Map<string, Map<string, Float32Array<ArrayBuffer>>>;

/**
 * Room behind the gradients for processes that train together: the loss, which is summed over them in the same go, and
 * behind it what the steps that count weigh, of as many heads.
 */
const LOSS_BYTES = 64;
/** Heads whose outputs may have masks where processes train together. */
export const MOST_MASKS = 15;

/**
 * A model's variables in linear memory: one contiguous block for all that is trained, its gradients
 * and each optimizer slot in the same order, and a block for state and what is frozen.
 *
 *     | trained a | trained b | ... |   | gradient a | gradient b | ... | loss |   | slot a | slot b | ... |
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
  private readonly all: readonly Variable[];
  /** Version of the host's values that lie here. */
  private readonly seen = new Map<Variable, number>();

  constructor(
    engine: Engine,
    variables: readonly Variable[],
    isTrained: (v: Variable) => boolean,
    slotNames: readonly string[],
  ) {
    this.engine = engine;
    this.all = variables;
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
    const places: Address[] = [];
    const allocate = (bytes: number): Address => {
      const address = regions.allocate(bytes);
      places.push(address);
      return address;
    };
    try {
      this.parameters = allocate(this.trainedBytes);
      this.gradients = allocate(this.gradientBytes);
      this.slots = new Map(slotNames.map((name) => [name, allocate(this.trainedBytes)]));
      this.state = allocate(keptBytes);
    } catch (error) {
      for (const address of places) regions.free(address);
      throw error;
    }
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

  /** Bytes of the gradients' block. */
  get gradientBytes(): number {
    return this.trainedBytes + LOSS_BYTES;
  }

  /** Address of what steps that count weigh, float32[15]. */
  get maskShares(): Address {
    return this.gradients + this.gradientBytes - 4 * MOST_MASKS;
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return (
      this.trainedBytes * (1 + this.slots.size) +
      this.gradientBytes +
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

  /** Copies slots in; one that is not there is filled with `fresh(slot)`, or the values. */
  restoreSlots(from: Slots, fresh: (slot: string) => number | "parameter"): void {
    for (const [slot, base] of this.slots) {
      const held = from.get(slot);
      for (const v of this.trained) {
        const to = this.viewAt(base + this.offset(v.name), v.size);
        const values = held?.get(v.name);
        const first = fresh(slot);
        if (values) to.set(values);
        else if (first === "parameter") to.set(valuesOf(v)!);
        else to.fill(first);
      }
    }
  }

  /** Copies slots out. Those of variables that are frozen now are kept from `before`. */
  copySlots(before: Slots): Slots {
    const slots: Slots = new Map([...before].map(([slot, held]) => [slot, new Map(held)]));
    for (const [slot, base] of this.slots) {
      const held = slots.get(slot) ?? new Map<string, Float32Array<ArrayBuffer>>();
      for (const v of this.trained)
        held.set(v.name, Float32Array.from(this.viewAt(base + this.offset(v.name), v.size)));
      slots.set(slot, held);
    }
    return slots;
  }

  /**
   * Fetches values that changed on the host or that another model may have trained since.
   *
   * @throws EngineError where a step was broken off that updated them
   */
  fetch(): void {
    for (const v of this.all) {
      const { cell } = v;
      checkSound(v);
      if (cell.at === null) {
        if (this.seen.get(v) === cell.version) continue;
        this.view(v).set(cell.values!);
        this.seen.set(v, cell.version);
      } else if (cell.at.memory !== this) {
        this.view(v).set(cell.at.memory.view(cell.at.variable));
        this.seen.delete(v);
      }
    }
  }

  /** `fetch`, and from now on the values here are the ones that count: before they are trained. */
  take(): void {
    if (this.all.some(({ cell }) => cell.doubted || cell.at?.memory !== this)) this.fetch();
    for (const v of this.all) {
      if (v.cell.at?.memory === this) continue;
      v.cell.at = { memory: this, variable: v };
      v.cell.values = null;
    }
  }

  /** Copies the values that count out: they do no longer here. */
  giveUp(): void {
    for (const v of this.all) {
      const { at, doubted } = v.cell;
      if (at?.memory !== this) continue;
      setValuesOf(v, Float32Array.from(this.view(v)));
      v.cell.doubted = doubted;
    }
  }

  /** A step was broken off in the middle: the values here are refused until others are set. */
  doubt(): void {
    for (const { cell } of this.all) cell.doubted ||= cell.at?.memory === this;
  }

  /** Gives the regions back, after `giveUp`. */
  free(): void {
    const regions = regionsOf(this.engine);
    for (const address of [this.parameters, this.gradients, ...this.slots.values(), this.state])
      regions.free(address);
  }
}
