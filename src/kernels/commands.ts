import type { Address, CommandWriter, Scalar, Slot } from "./command.ts";

/** Offsets into the data part of a plan carry this bit until the plan's place is known. */
const DATA = 2 ** 40;

/**
 * Work of an element that a kernel reads and writes, in floating-point operations of a product: where
 * little is computed, memory decides.
 */
export const ELEMENT_WORK = 16;

/** The opcode that plan.ts handles itself. */
const GUARD = 1023;

/** Head flag: the threads share the command. */
const SPLIT: number = 1 << 10;

/** A slot whose address is known once the commands are placed. */
class DataSlot implements Slot {
  address: Address;
  constructor(address: Address) {
    this.address = address;
  }
}

/**
 * Collects the commands of a plan and the data that they read: scalar slots, constants, tables.
 *
 *     | command, command, ... | slots, constants, tables |
 *     command: | bytes: 16, flags: 6, opcode: 10 | arguments, 4 bytes each |
 */
export class Commands implements CommandWriter {
  /** Work of each of the commands that follow: floating-point operations, or ELEMENT_WORK an element. */
  work = 0;
  private readonly splitWork: number;
  private readonly words: number[] = [];
  private readonly relocations: number[] = [];
  private readonly data: number[] = [];
  private readonly constants = new Map<number, number>();
  private readonly slots: DataSlot[] = [];
  /** Cells that several nodes read and the host writes once a step, by name: "seedLow", "stepLow", ... */
  readonly named: Map<string, Slot> = new Map();
  private readonly bits = new DataView(new ArrayBuffer(4));

  /** `splitWork`: how much work a command must have for the threads to share it. */
  constructor(splitWork: number) {
    this.splitWork = splitWork;
  }

  /** Bytes of the commands so far: marks the borders of a plan's ranges. */
  get position(): number {
    return this.words.length * 4;
  }

  write(opcode: number, splits: boolean, args: readonly number[]): void {
    const bytes = 4 * (args.length + 1);
    this.words.push(
      ((bytes << 16) | opcode | (splits && this.work >= this.splitWork ? SPLIT : 0)) >>> 0,
    );
    for (const arg of args) {
      if (arg >= DATA) {
        this.relocations.push(this.words.length);
        this.words.push(arg - DATA);
      } else this.words.push(arg);
    }
  }

  /** Whether one of the commands is of a kernel that only the second build of a variant has. */
  isExtended = false;

  extended(): void {
    this.isExtended = true;
  }

  /** Stops the run here, before the commands that follow, if the f32 at `address` is not finite. */
  guard(address: Address): void {
    this.write(GUARD, false, [address]);
  }

  float(value: Scalar): Address {
    if (typeof value !== "number") return value.address;
    this.bits.setFloat32(0, value);
    return this.constant(this.bits.getUint32(0));
  }

  uint(value: Scalar): Address {
    return typeof value === "number" ? this.constant(value >>> 0) : value.address;
  }

  /** A new cell that the host writes; f32 or u32. */
  slot(): Slot {
    const slot = new DataSlot(DATA + 4 * this.data.length);
    this.data.push(0);
    this.slots.push(slot);
    return slot;
  }

  /** The cell of this name, made at the first call. */
  namedSlot(name: string): Slot {
    let slot = this.named.get(name);
    if (!slot) this.named.set(name, (slot = this.slot()));
    return slot;
  }

  /** Words that the commands read, aligned to 64 bytes and padded, as an address. */
  table(words: ArrayLike<number>): Address {
    while (this.data.length % 16 !== 0) this.data.push(0);
    const address = DATA + 4 * this.data.length;
    for (let i = 0; i < words.length; i++) this.data.push(words[i]! >>> 0);
    while (this.data.length % 16 !== 0) this.data.push(0);
    return address;
  }

  private constant(bits: number): Address {
    let at = this.constants.get(bits);
    if (at === undefined) {
      at = this.data.length;
      this.data.push(bits);
      this.constants.set(bits, at);
    }
    return DATA + 4 * at;
  }

  /** Bytes that `place` writes. */
  get bytes(): number {
    return 4 * (this.padding() + this.data.length);
  }

  private padding(): number {
    return Math.ceil(this.words.length / 16) * 16;
  }

  /** Writes everything at `base`, which must be aligned to 64 bytes; slots know their addresses then. */
  place(memory: Int32Array, base: Address): void {
    const data = base + 4 * this.padding();
    const words = this.words.slice();
    for (const at of this.relocations) words[at] = words[at]! + data;
    memory.set(words, base >>> 2);
    memory.set(this.data, data >>> 2);
    for (const slot of this.slots) slot.address = slot.address - DATA + data;
    this.slots.length = 0;
  }
}
