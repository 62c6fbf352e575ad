import { instantiate } from "@assemblyscript/loader";
import { MemoryError, OptionError, withDefaults } from "../errors.ts";
import { decodeBase64, hardwareThreads, runtimeName } from "../runtime/platform.ts";
import type { Address } from "./command.ts";
import { type Features, VARIANTS, type Variant, chooseVariant, loadBase64, probeFeatures } from "./variant.ts";

const PAGE = 65536;

/** Options of `init`. */
export interface EngineOptions {
  /** Worker threads including this one; "auto" takes what the machine has. Default 1. */
  threads: number | "auto";
  /** Leave out fused multiply-add, so that every engine gives the same bits. Default false. */
  reproducible: boolean;
  /** Upper bound of linear memory in bytes, at most 4 GiB. Default 4 GiB. */
  maximumMemory: number;
  /** A build by name; null chooses the fastest that the runtime has. */
  variant: Variant | null;
}

const DEFAULTS: EngineOptions = { threads: 1, reproducible: false, maximumMemory: 2 ** 32, variant: null };

/** What `engine.info()` tells. */
export interface EngineInfo {
  runtime: string;
  variant: Variant;
  threads: number;
  /** Bytes of linear memory now, and at most. */
  memory: number;
  maximumMemory: number;
  features: Features;
  /** What was chosen and why, and what would unlock more, one sentence each. */
  notes: readonly string[];
}

interface Exports {
  run(first: Address, last: Address, scratch: Address): number;
  heapBase(): Address;
  /** One part of one command, as a thread would run it: how tests try every split. */
  dispatch(opcode: number, command: Address, scratch: Address, part: number, parts: number): void;
  peakMulAdd?(n: number): number;
  peakMadd?(n: number): number;
}

/** One wasm instance with its one linear memory. */
export class Engine {
  readonly variant: Variant;
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  /** First byte that the host may use. */
  readonly base: Address;
  readonly maximumMemory: number;
  /** Views of the whole memory, made anew when it grows. */
  f32: Float32Array;
  i32: Int32Array;
  u8: Uint8Array;
  private readonly features: Features;

  constructor(variant: Variant, threads: number, memory: WebAssembly.Memory, exports: Exports, maximumMemory: number, features: Features) {
    this.variant = variant;
    this.threads = threads;
    this.memory = memory;
    this.exports = exports;
    this.base = exports.heapBase() >>> 0;
    this.maximumMemory = maximumMemory;
    this.features = features;
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.u8 = new Uint8Array(memory.buffer);
  }

  /** Makes the memory at least `bytes` long. @throws MemoryError beyond the limit */
  reserve(bytes: number): void {
    const have = this.memory.buffer.byteLength;
    if (bytes <= have) return;
    const want = Math.ceil(bytes / PAGE);
    if (bytes > this.maximumMemory) {
      throw new MemoryError(
        `engine: ${bytes} bytes are needed, the limit is ${this.maximumMemory}; use a smaller model or batch, or raise init({ maximumMemory })`,
      );
    }
    try {
      this.memory.grow(want - have / PAGE);
    } catch {
      throw new MemoryError(`engine: the runtime refused to grow memory from ${have} to ${want * PAGE} bytes`);
    }
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
  }

  /** Runs the commands in [first, last). False if a guard stopped the run. */
  run(first: Address, last: Address, scratch: Address): boolean {
    return this.exports.run(first, last, scratch) !== 0;
  }

  info(): EngineInfo {
    const { features, variant } = this;
    const notes = [
      variant.startsWith("relaxed")
        ? "fused multiply-add is used; init({ reproducible: true }) leaves it out"
        : features.relaxed
          ? "fused multiply-add is left out, as asked: results are the same in every engine"
          : "this engine has no relaxed SIMD (Node 22+, Chrome 114+ and Firefox 145+ have): fused multiply-add would be up to twice as fast",
      features.whyNoThreads === "" ? `${this.threads} of ${hardwareThreads()} threads` : `one thread: ${features.whyNoThreads}`,
    ];
    return {
      runtime: runtimeName(),
      variant,
      threads: this.threads,
      memory: this.memory.buffer.byteLength,
      maximumMemory: this.maximumMemory,
      features,
      notes,
    };
  }
}

/** Compiles and instantiates an engine. Most programs use the shared one of `init`. */
export async function createEngine(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const all = withDefaults("init", DEFAULTS, options);
  if (all.variant !== null && !VARIANTS.includes(all.variant)) {
    throw new OptionError(`init: variant must be one of ${VARIANTS.join(", ")}, got "${String(all.variant)}"`);
  }
  if (!(all.maximumMemory >= PAGE && all.maximumMemory <= 2 ** 32)) {
    throw new OptionError(`init: maximumMemory must lie in [65536, 4294967296] bytes, got ${all.maximumMemory}`);
  }
  const features = probeFeatures();
  const wanted = all.threads === "auto" ? hardwareThreads() : all.threads;
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new OptionError(`init: threads must be a whole number >= 1 or "auto", got ${String(all.threads)}`);
  }
  const variant = all.variant ?? chooseVariant(features, wanted, all.reproducible);
  const shared = variant.endsWith("-mt");
  const maximum = Math.floor(all.maximumMemory / PAGE);
  const memory = new WebAssembly.Memory(
    shared ? { initial: 1, maximum, shared: true } : { initial: 1, maximum },
  );
  const bytes = decodeBase64(await loadBase64(variant));
  const { instance } = await instantiate(bytes, { env: { memory } });
  const threads = shared ? wanted : 1;
  return new Engine(variant, threads, memory, instance.exports as unknown as Exports, maximum * PAGE, features);
}

let shared: Promise<Engine> | undefined;
let running: Engine | null = null;

/** The shared engine if it has started. */
export function runningEngine(): Engine | null {
  return running;
}

/**
 * Starts the shared engine with options; without a call it starts by itself at the first use.
 *
 * @throws OptionError if it already runs with other options
 */
export function init(options: Partial<EngineOptions> = {}): Promise<Engine> {
  if (shared !== undefined && Object.keys(options).length > 0) {
    return Promise.reject(
      new OptionError("init: the engine already runs; call init before the first tensor is computed"),
    );
  }
  shared ??= createEngine(options).then((engine) => (running = engine));
  return shared;
}
