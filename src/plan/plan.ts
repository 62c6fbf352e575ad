import { ThreadLostError } from "../errors.ts";
import { type Attrs, type EmitContext, flopsOf, inputNames } from "../graph/defineOp.ts";
import type { Node, SymbolicTensor } from "../graph/symbolic.ts";
import type { Address, Slot } from "../kernels/command.ts";
import { Commands, ELEMENT_WORK } from "../kernels/commands.ts";
import { type Kernels, kernelsOf } from "../kernels/kernels.ts";
import { planArena } from "../memory/arena.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import type { Engine } from "../kernels/engine.ts";
import { copy } from "../ops/copy.ts";
import { type DType, sizeOf } from "../shape.ts";
import { FUSIONS } from "./fuse.ts";
import { rewrite } from "./rewrite.ts";
import { type Schedule, schedule } from "./schedule.ts";

/** Floating-point operations from which a run is large: a third of a millisecond. */
const LARGE = 2e7;

/** The marked ranges of a plan, in the order in which they run. */
export const RANGES = [
  "load",
  "before",
  "gradient",
  "reduce",
  "perturb",
  "accumulate",
  "update",
] as const;
export type RangeName = (typeof RANGES)[number];

/** Writes commands that are not nodes of the graph: loading a batch, clipping, the optimizer. */
export type EmitCommands = (k: Kernels, commands: Commands) => void;

/** Commands of the ranges besides the graph's own, which stand in "gradient". */
export type RangeCommands = Partial<Record<RangeName, EmitCommands>>;

/** What is to be compiled. */
export interface PlanRequest {
  /** For messages and `explain`: "train", "predict", ... */
  readonly name: string;
  /** Tensors that the host reads after a run, by name. */
  readonly outputs: Readonly<Record<string, SymbolicTensor>>;
  /** Input leaves, in the order of the model's inputs. */
  readonly inputs: readonly SymbolicTensor[];
  /** Tensors that must be written to the places of leaves: [source, key] with an address by key. */
  readonly pins?: readonly { readonly tensor: SymbolicTensor; readonly place: string }[];
  /** Bytes that commands which are no nodes need: shared by the threads, and of each thread. */
  readonly workspace?: { readonly work: number; readonly scratch: number };
}

/** A compiled plan before it has addresses: the same for every engine. */
export interface CompiledPlan {
  readonly request: PlanRequest;
  readonly schedule: Schedule;
  readonly outputs: Readonly<Record<string, SymbolicTensor>>;
  readonly pins: ReadonlyMap<SymbolicTensor, string>;
  /** Offset of each buffer in the arena; unused for fixed ones. */
  readonly offsets: readonly number[];
  readonly arenaBytes: number;
  /** Bytes of scratch that each thread needs behind the arena. */
  readonly scratchBytes: number;
  /** Bytes behind the arena, before the scratch, for commands that are no nodes. */
  readonly workBytes: number;
}

/** The tensor whose buffer a chain of views shows. */
function rootOf(t: SymbolicTensor): SymbolicTensor {
  while (t.node?.op.view) t = t.node.inputs[0]!;
  return t;
}

/** Graph to plan: fusion, order, lifetimes, offsets. A pure function. */
export function compile(request: PlanRequest): CompiledPlan {
  const names = Object.keys(request.outputs);
  const roots = [...Object.values(request.outputs), ...(request.pins ?? []).map((p) => p.tensor)];
  const became = rewrite(roots, FUSIONS);
  const outputs: Record<string, SymbolicTensor> = {};
  for (const name of names) {
    const t = became.get(request.outputs[name]!)!;
    outputs[name] = rootOf(t).leaf ? copy(t) : t;
  }

  const pins = new Map<SymbolicTensor, string>();
  const taken = new Set<SymbolicTensor>();
  for (const { tensor, place } of request.pins ?? []) {
    let t = became.get(tensor)!;
    let root = rootOf(t);
    // A leaf stays where it is, and one buffer cannot lie in two places.
    if (root.leaf || taken.has(root)) t = root = copy(t);
    taken.add(root);
    pins.set(t, place);
  }
  const plan = schedule(Object.values(outputs), new Set(pins.keys()), request.inputs);
  const arena = plan.buffers.map((b, i) => ({ ...b, i })).filter((b) => b.fixed === null);
  const { offsets, bytes } = planArena(arena);
  const all = new Array<number>(plan.buffers.length).fill(0);
  arena.forEach((b, i) => (all[b.i] = offsets[i]!));
  let scratchBytes = padded(request.workspace?.scratch ?? 0);
  for (const node of plan.nodes) {
    const shapes = node.inputs.map((t) => t?.shape ?? []);
    scratchBytes = Math.max(scratchBytes, padded(node.op.scratch?.(shapes, node.attrs) ?? 0));
  }
  return {
    request,
    schedule: plan,
    outputs,
    pins,
    offsets: all,
    arenaBytes: padded(bytes),
    scratchBytes,
    workBytes: padded(request.workspace?.work ?? 0),
  };
}

/** Bytes of the arena region that a compiled plan needs with so many threads. */
export function workBytes(compiled: CompiledPlan, threads: number): number {
  return compiled.arenaBytes + compiled.workBytes + compiled.scratchBytes * threads;
}

/** Where the things lie that a plan does not own. */
export interface Places {
  /** Address of a parameter or state leaf. */
  leaf(tensor: SymbolicTensor): Address;
  /** Address of a pin's place. */
  pin(place: string): Address;
  /** First byte of the arena, which has at least `workBytes` bytes. */
  arena: Address;
}

/** A plan whose commands stand in linear memory. */
export class Plan {
  readonly compiled: CompiledPlan;
  readonly engine: Engine;
  /** Bytes of the plan's own region: commands, scalars, constants. */
  readonly commandBytes: number;
  /** Cells that the host writes before a step, by name. */
  readonly slots: ReadonlyMap<string, Slot>;
  private readonly base: Address;
  private readonly borders: Address[];
  private readonly addresses: Map<SymbolicTensor, Address>;
  private readonly scratch: Address;
  private readonly isLarge: boolean;

  private constructor(
    compiled: CompiledPlan,
    engine: Engine,
    base: Address,
    commandBytes: number,
    borders: Address[],
    addresses: Map<SymbolicTensor, Address>,
    scratch: Address,
    slots: ReadonlyMap<string, Slot>,
  ) {
    this.slots = slots;
    this.compiled = compiled;
    this.engine = engine;
    this.base = base;
    this.commandBytes = commandBytes;
    this.borders = borders;
    this.addresses = addresses;
    this.scratch = scratch;
    this.isLarge = compiled.schedule.nodes.reduce((sum, node) => sum + flopsOf(node), 0) >= LARGE;
  }

  /**
   * Writes the commands into a region of their own.
   *
   * @throws MissingKernelError where the engine must load more kernels first
   * @param extra  commands of the other ranges; `input(i)` and `output(name)` give addresses
   */
  static place(
    compiled: CompiledPlan,
    engine: Engine,
    places: Places,
    extra: (addressOf: (t: SymbolicTensor) => Address) => RangeCommands = () => ({}),
  ): Plan {
    const { schedule: s, offsets, pins } = compiled;
    const commands = new Commands(engine.splitWork);
    const kernels = kernelsOf(commands);
    const constants = new Map<SymbolicTensor, Address>();
    const bufferAddress = (index: number): Address => {
      const { fixed } = s.buffers[index]!;
      if (fixed === null) return places.arena + offsets[index]!;
      const pin = pins.get(fixed);
      if (pin !== undefined) return places.pin(pin);
      if (fixed.leaf?.kind !== "constant") return places.leaf(fixed);
      let at = constants.get(fixed);
      if (at === undefined) {
        const value = fixed.leaf.value!;
        at = commands.table(new Uint32Array(value.buffer, value.byteOffset, value.length));
        constants.set(fixed, at);
      }
      return at;
    };
    const addresses = new Map<SymbolicTensor, Address>();
    for (const [tensor, index] of s.bufferOf) addresses.set(tensor, bufferAddress(index));

    const sections = extra((t) => addresses.get(t)!);
    const borders = [0];
    for (const name of RANGES) {
      sections[name]?.(kernels, commands);
      if (name === "gradient")
        for (const node of s.nodes) emitNode(node, s, addresses, bufferAddress, kernels, commands);
      borders.push(commands.position);
    }
    engine.require(commands);
    const base = regionsOf(engine).allocate(commands.bytes);
    commands.place(engine.i32, base);
    const scratch = places.arena + compiled.arenaBytes + compiled.workBytes;
    return new Plan(
      compiled,
      engine,
      base,
      padded(commands.bytes),
      borders.map((b) => base + b),
      addresses,
      scratch,
      commands.named,
    );
  }

  /** Address of a tensor of the compiled graph. */
  address(tensor: SymbolicTensor): Address {
    return this.addresses.get(tensor)!;
  }

  /** Address of an output by name. */
  output(name: string): Address {
    return this.address(this.compiled.outputs[name]!);
  }

  /**
   * Runs the ranges from `from` to `to`, both inclusive: a whole step is one call.
   *
   * @returns false if a guard stopped the run at a number that is not finite
   */
  run(from: RangeName = "load", to: RangeName = "update"): boolean {
    const first = this.borders[RANGES.indexOf(from)]!;
    const last = this.borders[RANGES.indexOf(to) + 1]!;
    if (this.isLarge) this.engine.tiles.step();
    return this.engine.run(first, last, this.scratch, this.compiled.scratchBytes);
  }

  /**
   * Runs a plan that changes nothing but its arena, so that it may be run again.
   *
   * @returns null; or a promise where a thread was lost in the middle: after it, bind the plan and run it again
   */
  attempt(): Promise<void> | null {
    try {
      this.run();
      return null;
    } catch (error) {
      if (error instanceof ThreadLostError) return this.engine.settled;
      throw error;
    }
  }

  /** Index of a cell in the engine's 32-bit views, for who writes it at every step; -1 where no command reads it. */
  cell(name: string): number {
    const slot = this.slots.get(name);
    return slot ? slot.address >>> 2 : -1;
  }

  /** Writes an f32 into a cell by name; nothing where no command reads it. */
  setFloat(name: string, value: number): void {
    const slot = this.slots.get(name);
    if (slot) this.engine.f32[slot.address >>> 2] = value;
  }

  /** Writes a u32 into a cell by name; nothing where no command reads it. */
  setUint(name: string, value: number): void {
    const slot = this.slots.get(name);
    if (slot) this.engine.i32[slot.address >>> 2] = value | 0;
  }

  /** Gives the region back. The plan must not run again. */
  free(): void {
    regionsOf(this.engine).free(this.base);
  }
}

function emitContext(node: Node, commands: Commands): EmitContext<Attrs> {
  const out = node.outputs[0]!;
  const shapes: Record<string, readonly number[]> = {};
  const dtypes: Record<string, DType> = {};
  inputNames(node.op, node.inputs.length).forEach((name, i) => {
    shapes[name] = node.inputs[i]?.shape ?? [];
    dtypes[name] = node.inputs[i]?.dtype ?? "float32";
  });
  return {
    attrs: node.attrs,
    size: sizeOf(out.shape),
    shapes,
    dtypes,
    out: out.shape,
    dtype: out.dtype,
    slot: (name) => commands.namedSlot(name),
    table: (words) => commands.table(words),
  };
}

function emitNode(
  node: Node,
  s: Schedule,
  addresses: ReadonlyMap<SymbolicTensor, Address>,
  bufferAddress: (index: number) => Address,
  kernels: Kernels,
  commands: Commands,
): void {
  const b: Record<string, Address> = {};
  inputNames(node.op, node.inputs.length).forEach((name, i) => {
    const t = node.inputs[i];
    b[name] = t ? addresses.get(t)! : 0;
  });
  (node.op.outputs ?? ["out"]).forEach((name, i) => (b[name] = addresses.get(node.outputs[i]!)!));
  for (const [name, index] of Object.entries(s.workspaces.get(node) ?? {}))
    b[name] = bufferAddress(index);
  commands.work = Math.max(flopsOf(node), ELEMENT_WORK * sizeOf(node.outputs[0]!.shape));
  node.op.emit(kernels, b, emitContext(node, commands));
}
