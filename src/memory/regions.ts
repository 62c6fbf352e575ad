import { MemoryError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import type { Engine } from "../kernels/engine.ts";

/** Every region begins and ends on such a boundary: one cache line, four vectors. */
export const ALIGNMENT = 64;

/** Bytes rounded up to whole cache lines. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * The regions of one linear memory: first fit over a list of gaps that is sorted by address and
 * coalesced. Regions are few and long-lived (a model's parameters, a plan's commands), so a list is
 * enough; nothing here runs inside a training step.
 *
 *     | static data | a line for nothing | region | gap | region | ... | end |
 */
export class Regions {
  readonly engine: Engine;
  private readonly gaps: { start: Address; bytes: number }[] = [];
  private readonly sizes = new Map<Address, number>();
  /** Where regions of no bytes are: on a line of their own, so that to free one frees nothing. */
  private readonly nothing: Address;
  private end: Address;

  constructor(engine: Engine) {
    this.engine = engine;
    this.nothing = padded(engine.base);
    this.end = this.nothing + ALIGNMENT;
  }

  /** Bytes in regions now. */
  get used(): number {
    let sum = 0;
    for (const bytes of this.sizes.values()) sum += bytes;
    return sum;
  }

  /**
   * Throws unless so many bytes more can be had: called before work begins, so that nothing fails halfway.
   *
   * @param parts  what the bytes are for, in the order of the message
   * @throws MemoryError naming the parts
   */
  require(subject: string, parts: Readonly<Record<string, number>>): void {
    let bytes = 0;
    for (const part of Object.values(parts)) bytes += padded(part);
    const limit = this.engine.maximumMemory;
    if (this.used + bytes <= limit) return;
    const list = Object.entries(parts).map(([what, n]) => `${what} ${n.toLocaleString("en-US")}`);
    throw new MemoryError(
      `${subject}: needs ${bytes.toLocaleString("en-US")} bytes (${list.join(", ")}) beside the ${this.used.toLocaleString("en-US")} in use, the limit is ${limit.toLocaleString("en-US")}; use a smaller batchSize or model, or raise init({ maximumMemory })`,
    );
  }

  /**
   * A region of at least `bytes` zero bytes, aligned to 64.
   *
   * @throws MemoryError beyond the engine's limit
   */
  allocate(bytes: number): Address {
    const size = padded(bytes);
    if (size === 0) return this.nothing;
    const index = this.gaps.findIndex((gap) => gap.bytes >= size);
    let start: Address;
    if (index >= 0) {
      const gap = this.gaps[index]!;
      start = gap.start;
      gap.start += size;
      gap.bytes -= size;
      if (gap.bytes === 0) this.gaps.splice(index, 1);
    } else {
      const last = this.gaps.at(-1);
      const extend = last !== undefined && last.start + last.bytes === this.end;
      start = extend ? last.start : this.end;
      // Vectors may read 64 bytes past the last region.
      this.engine.reserve(start + size + ALIGNMENT);
      if (extend) this.gaps.pop();
      this.end = start + size;
    }
    this.sizes.set(start, size);
    this.engine.u8.fill(0, start, start + size);
    return start;
  }

  /** Gives a region back. An address that is no region's is ignored. */
  free(start: Address): void {
    const bytes = this.sizes.get(start);
    if (bytes === undefined) return;
    this.sizes.delete(start);
    let at = this.gaps.findIndex((gap) => gap.start > start);
    if (at < 0) at = this.gaps.length;
    this.gaps.splice(at, 0, { start, bytes });
    for (const i of [at, at - 1]) {
      const [left, right] = [this.gaps[i], this.gaps[i + 1]];
      if (left && right && left.start + left.bytes === right.start) {
        left.bytes += right.bytes;
        this.gaps.splice(i + 1, 1);
      }
    }
  }
}

const regionsByEngine = new WeakMap<Engine, Regions>();

/** The regions of an engine's memory. */
export function regionsOf(engine: Engine): Regions {
  let regions = regionsByEngine.get(engine);
  if (!regions) regionsByEngine.set(engine, (regions = new Regions(engine)));
  return regions;
}
