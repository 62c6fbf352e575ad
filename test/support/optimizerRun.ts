import { existsSync, readFileSync } from "node:fs";
import type { Address, CommandWriter, Scalar, Slot } from "../../src/kernels/command.ts";
import { type Kernels, kernelsOf } from "../../src/kernels/kernels.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";

interface Exports {
  run(first: Address, last: Address, scratch: Address): void;
  heapBase(): Address;
}

/** A range of commands in memory. */
export interface Program {
  readonly first: Address;
  readonly last: Address;
}

/** One instance of build/simd.wasm with a bump allocator: enough to run optimizers in tests. */
export class Space implements CommandWriter {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels = kernelsOf(this);
  private readonly exports: Exports;
  private free: number;
  private commands: number[] = [];

  constructor(megabytes: number = 8) {
    const file = new URL("../../build/simd.wasm", import.meta.url);
    if (!existsSync(file))
      throw new Error("build/simd.wasm is missing; run `node scripts/wasm.mjs simd`");
    this.memory = new WebAssembly.Memory({ initial: megabytes * 16 });
    const module = new WebAssembly.Module(readFileSync(file));
    const exports: WebAssembly.Exports & Partial<Exports> = new WebAssembly.Instance(module, {
      env: { memory: this.memory },
    }).exports;
    this.exports = { run: exports.run!, heapBase: exports.heapBase! };
    this.free = (this.exports.heapBase() + 63) & ~63;
  }

  /** Zero-filled bytes, 64-byte aligned and padded. */
  alloc(bytes: number): Address {
    const address = this.free;
    this.free = (this.free + bytes + 63) & ~63;
    if (this.free > this.memory.buffer.byteLength) throw new RangeError("Space: out of memory");
    return address;
  }

  f32(address: Address, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  write(opcode: number, _splits: boolean, args: readonly number[]): void {
    for (const a of args)
      if (!Number.isInteger(a)) throw new TypeError(`argument ${a} of opcode ${opcode}`);
    this.commands.push(((4 * (args.length + 1)) << 16) | opcode, ...args);
  }

  float(value: Scalar): Address {
    if (typeof value !== "number") return value.address;
    const slot = this.slot();
    this.f32(slot.address, 1)[0] = value;
    return slot.address;
  }

  uint(value: Scalar): Address {
    if (typeof value !== "number") return value.address;
    const slot = this.slot();
    new Uint32Array(this.memory.buffer, slot.address, 1)[0] = value;
    return slot.address;
  }

  slot(): Slot {
    return { address: this.alloc(4) };
  }

  program(build: (k: Kernels) => void): Program {
    this.commands = [];
    build(this.kernels);
    const { commands } = this;
    const first = this.alloc(4 * commands.length);
    new Uint32Array(this.memory.buffer, first, commands.length).set(commands);
    return { first, last: first + 4 * commands.length };
  }

  run({ first, last }: Program): void {
    this.exports.run(first, last, 0);
  }
}

/** A slot as it is before the first step. */
function firstOf(
  slot: Float32Array,
  first: number | "parameter" = 0,
  values: ArrayLike<number> = [],
): Float32Array {
  if (first === "parameter") slot.set(values);
  else slot.fill(first);
  return slot;
}

/** One run of parameters under one optimizer, step by step. */
export class OptimizerRun {
  readonly param: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  readonly gradScale: Slot;
  readonly grad: Address;
  private readonly space: Space;
  private readonly optimizer: Optimizer;
  private readonly scalars: Readonly<Record<string, Slot>>;
  private readonly update: Program;
  private readonly ahead: Program | null;
  private readonly state: Record<string, number>;
  private t = 0;

  /** `splits`: where to cut the update into several commands, in elements. */
  constructor(
    space: Space,
    optimizer: Optimizer,
    values: ArrayLike<number>,
    splits: readonly number[] = [],
  ) {
    const { definition, options } = optimizer;
    const n = values.length;
    this.space = space;
    this.optimizer = optimizer;
    this.state = { ...definition.state };
    const names = definition.slots(options);
    const buffers: Record<string, Address> = {
      param: space.alloc(4 * n),
      grad: space.alloc(4 * n),
    };
    for (const name of names) buffers[name] = space.alloc(4 * n);
    this.param = space.f32(buffers.param!, n);
    this.param.set(values);
    this.grad = buffers.grad!;
    this.slots = Object.fromEntries(
      names.map((name) => [
        name,
        firstOf(space.f32(buffers[name]!, n), definition.slotInit?.(name, options), values),
      ]),
    );
    const work = definition.workspace?.([n], options);
    const area = space.alloc(work?.work ?? 0);
    this.scalars = Object.fromEntries(definition.scalarNames.map((name) => [name, space.slot()]));
    this.gradScale = space.slot();
    space.f32(this.gradScale.address, 1)[0] = 1;
    // Norms are of whole parameters.
    const cuts = [0, ...(definition.perParameter ? [] : splits), n];
    const cells = {
      slot: () => space.slot(),
      table: (words: ArrayLike<number>) => space.alloc(4 * words.length),
    };
    const shifted = (
      begin: number,
    ): Record<"param" | "grad", Address> & Record<string, Address> => ({
      param: 0,
      grad: 0,
      ...Object.fromEntries(
        Object.entries(buffers).map(([name, address]) => [name, address + 4 * begin]),
      ),
    });
    this.update = space.program((k) => {
      for (let i = 0; i + 1 < cuts.length; i++) {
        const s = { ...this.scalars, gradScale: this.gradScale };
        const count = cuts[i + 1]! - cuts[i]!;
        const context = { shape: [count], cells, work: area };
        definition.emit(k, shifted(cuts[i]!), s, count, options, context);
      }
    });
    this.ahead = definition.looksAhead?.(options)
      ? space.program((k) => definition.before!(k, shifted(0), this.scalars, n, options))
      : null;
  }

  /** Writes the scalars of the next step and moves to where its gradient is to be taken. */
  begin(learningRate: number = this.optimizer.options.learningRate): Float32Array {
    const { definition, options } = this.optimizer;
    const out: Record<string, number> = {};
    definition.scalars({ ...options, learningRate }, ++this.t, out, this.state);
    for (const name of definition.scalarNames) {
      if (out[name] === undefined)
        throw new Error(`${definition.name}: scalar ${name} was not written`);
      this.space.f32(this.scalars[name]!.address, 1)[0] = out[name];
    }
    if (this.ahead) this.space.run(this.ahead);
    return this.param;
  }

  /** Ends the step with its gradient, passed through `clip` if given. */
  end(gradient: ArrayLike<number>, clip?: Program): void {
    this.space.f32(this.grad, gradient.length).set(gradient);
    if (clip) this.space.run(clip);
    this.space.run(this.update);
  }

  step(gradient: ArrayLike<number>, learningRate?: number): void {
    this.begin(learningRate);
    this.end(gradient);
  }
}
