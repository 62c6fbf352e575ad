import { instantiate } from "@assemblyscript/loader";
import {
  EngineError,
  MemoryError,
  MissingKernelError,
  OptionError,
  ThreadLostError,
  shown,
  withDefaults,
} from "../errors.ts";
import {
  decodeBase64,
  hardwareThreads,
  inflate,
  maySleep,
  runtimeName,
} from "../runtime/platform.ts";
import type { Address } from "./command.ts";
import { providedModule } from "./compiled.ts";
import { CONTROL_BYTES, LOST } from "./control.ts";
import { arithmeticNote, threadNote } from "./notes.ts";
import type { Pool } from "./pool.ts";
import { type Tile, TileChoice } from "./tile.ts";
import {
  type Features,
  type Variant,
  checkVariant,
  chooseVariant,
  loadBase64,
  probeFeatures,
} from "./variant.ts";

const PAGE = 65536;

/** Options of `init`. */
export interface EngineOptions {
  /**
   * Threads including this one; "auto" takes as many as there are cores. It never changes a result.
   * Default 1: large models gain, but on cores that are busy with something else threads wait for each other.
   */
  threads: number | "auto";
  /** Leave out fused multiply-add, so that every engine gives the same bits. Default false. */
  reproducible: boolean;
  /** Upper bound of linear memory in bytes, at most 4 GiB. Default 4 GiB. */
  maximumMemory: number;
  /** A build by name; null chooses the fastest that the runtime has. */
  variant: Variant | null;
  /**
   * The tile by which products are summed, one of the build's two: "6x8" or "4x8" of the relaxed ones, "4x8" or "4x8x4" of
   * the others. It changes the speed, never a result. null takes the faster one, by a trial in the first large runs.
   */
  tile: Tile | null;
  /**
   * Work, in floating-point operations, from which the threads share a command; smaller ones run on one.
   * It changes the speed, never a result. Default 1e6: some 30 µs.
   */
  splitWork: number;
}

const DEFAULTS: EngineOptions = {
  threads: 1,
  reproducible: false,
  maximumMemory: 2 ** 32,
  variant: null,
  tile: null,
  splitWork: 1_000_000,
};

/** What `engine.info()` tells. */
export interface EngineInfo {
  runtime: string;
  variant: Variant;
  /** By which products are summed: rows x columns, and steps at a time. */
  tile: Tile;
  threads: number;
  /** Bytes of linear memory now, and at most. */
  memory: number;
  maximumMemory: number;
  features: Features;
  /** What was chosen and why, and what would unlock more, one sentence each. */
  notes: readonly string[];
}

/** Bytes at the start of the memory that are the build's static data: one page, whichever build runs. */
const STATIC_BYTES = PAGE;

interface Exports {
  run(first: Address, last: Address, scratch: Address): number;
  /** Builds with shared memory have the next two; see assembly/threads.ts. */
  runShared?(
    control: Address,
    first: Address,
    last: Address,
    scratch: Address,
    scratchBytes: number,
  ): number;
  dismiss?(control: Address): void;
  heapBase(): Address;
  /** One part of one command, as a thread would run it: how tests try every split. */
  dispatch(opcode: number, command: Address, scratch: Address, part: number, parts: number): void;
  peakMulAdd?(n: number): number;
  peakMadd?(n: number): number;
}

/** What `engineOf` has found out and made. */
interface Parts {
  readonly variant: Variant;
  readonly memory: WebAssembly.Memory;
  readonly maximumMemory: number;
  readonly splitWork: number;
  readonly features: Features;
  readonly asked: number;
  readonly wanted: number;
  readonly compiled: WebAssembly.Module | null;
}

/** One wasm instance with its one linear memory, and the worker threads that share it. */
export class Engine {
  readonly variant: Variant;
  readonly memory: WebAssembly.Memory;
  /** Whether every kernel is there; before, those of plain networks at most. */
  complete = false;
  /** First byte that the host may use. */
  readonly base: Address;
  readonly maximumMemory: number;
  /** Work from which the threads share a command. */
  readonly splitWork: number;
  readonly tiles: TileChoice = new TileChoice(this);
  /** Views of the whole memory, made anew when it grows. */
  f32: Float32Array;
  i32: Int32Array;
  u8: Uint8Array;
  /** Whether `close` has been called. */
  closed = false;
  /** Settled when the threads of a pool that lost one have ended: until then they may still write. */
  settled: Promise<void> = Promise.resolve();
  /** Ends what has engines like this one in other threads: `close` does. */
  readonly dependents: Set<() => Promise<void>> = new Set();
  private readonly features: Features;
  /** Threads that were asked for. */
  private readonly asked: number;
  /** Threads that the first build begins with. */
  private readonly wanted: number;
  /** A build with every kernel, where another thread has compiled one. */
  private readonly compiled: WebAssembly.Module | null;
  private readonly control: Address;
  private pool: Pool | null = null;
  /** Why there is no pool, where one was wanted. */
  private poolNote = "";
  /** The build that runs now. */
  private kernels: Exports | null = null;
  /** What loads the first build, and the build with every kernel. */
  private readonly loading: { first?: Promise<void>; all?: Promise<void> } = {};

  constructor({ asked, wanted, compiled, ...parts }: Parts) {
    const { variant, memory, maximumMemory, splitWork, features } = parts;
    this.variant = variant;
    this.memory = memory;
    this.control = STATIC_BYTES;
    this.base = this.control + (isShared(variant) ? CONTROL_BYTES : 0);
    this.maximumMemory = maximumMemory;
    this.splitWork = splitWork;
    this.features = features;
    this.asked = asked;
    this.wanted = wanted;
    this.compiled = compiled;
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.u8 = new Uint8Array(memory.buffer);
  }

  /** Threads that run the commands: at most as many as were asked for. */
  get threads(): number {
    return this.pool?.threads ?? 1;
  }

  /** What the build that runs exports. @throws MissingKernelError before there is one */
  get exports(): Exports {
    if (!this.kernels) throw new MissingKernelError(false);
    return this.kernels;
  }

  /**
   * Loads kernels, once: every one, or those of plain networks. A build with all takes the place of the first one:
   * kernels keep nothing between commands, so what lies in memory stays as it is.
   */
  extend(all: boolean = true): Promise<void> {
    if (this.complete || (this.kernels && !all)) return Promise.resolve();
    if (all) return (this.loading.all ??= this.load(true));
    return this.loading.all ?? (this.loading.first ??= this.load(false));
  }

  /** Runs `body`; where it meets kernels that are not there yet, loads them and runs it again. */
  async withKernels<T>(body: () => T): Promise<T> {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof MissingKernelError)) throw error;
      await this.extend(error.isExtended);
      return body();
    }
  }

  /** @throws MissingKernelError where the commands are not all in the build that runs */
  require({ isExtended }: { readonly isExtended: boolean }): void {
    if (!this.complete && (isExtended || !this.kernels)) throw new MissingKernelError(isExtended);
  }

  private async load(all: boolean): Promise<void> {
    const module = this.compiled ?? (await compileVariant(this.variant, all));
    const threads = this.kernels ? this.threads : this.wanted;
    const isFree = !this.kernels || (await this.dismissPool());
    const kernels = await instantiateOn(module, this.memory);
    if (this.complete) return; // the build with all has overtaken the first one
    this.kernels = kernels;
    this.complete = all;
    if (isFree && threads > 1 && !this.closed) await this.startThreads(threads, module);
  }

  /** Starts the workers. Where that fails the engine stays with one thread and `info` says why. */
  async startThreads(threads: number, module: WebAssembly.Module): Promise<void> {
    const { memory, control } = this;
    try {
      // A page with one thread, as most are, downloads neither.
      const [{ startPool }, { default: script }] = await Promise.all([
        import("./pool.ts"),
        import("./wasm/worker.ts"),
      ]);
      this.reserve(this.base);
      this.pool = await startPool(threads, { module, memory, control }, script, (why) =>
        this.losePool(why),
      );
    } catch (error) {
      this.poolNote = `the workers did not start: ${(error as Error).message}`;
    }
  }

  /** Ends the pool, if there is one, outside of a run. @returns whether there may be another in its place */
  private async dismissPool(): Promise<boolean> {
    const { pool } = this;
    if (!pool) return false;
    this.pool = null;
    this.exports.dismiss!(this.control);
    if (!(await pool.end())) {
      this.poolNote = "the workers did not end when they were dismissed";
      return false;
    }
    this.i32.fill(0, this.control >>> 2, this.base >>> 2);
    return true;
  }

  private losePool(why: string): void {
    if (!this.pool) return;
    this.poolNote = `a worker thread ended: ${why}`;
    this.settled = this.pool.terminate();
    this.pool = null;
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
      throw new MemoryError(
        `engine: the runtime refused to grow memory from ${have} to ${want * PAGE} bytes`,
      );
    }
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
  }

  /**
   * Runs the commands in [first, last). False if a guard stopped the run.
   *
   * @param scratch       address of the first thread's scratch area
   * @param scratchBytes  bytes from one thread's area to the next, 0 where no command needs any
   * @throws ThreadLostError if a worker thread was lost in the middle; the next run is on one thread
   */
  run(first: Address, last: Address, scratch: Address, scratchBytes: number = 0): boolean {
    // One that ended between two runs, of which this thread may not have heard yet.
    if (this.pool && this.i32[(this.control + LOST) >>> 2] !== 0)
      this.losePool("between two steps");
    if (!this.pool) return this.exports.run(first, last, scratch) !== 0;
    const result = this.exports.runShared!(this.control, first, last, scratch, scratchBytes);
    if (result >= 0) return result !== 0;
    this.losePool("it did not come to the barrier");
    throw new ThreadLostError(
      "engine: a worker thread was lost in the middle of a step, what it computed is incomplete; load the last checkpoint and go on with one thread",
    );
  }

  /**
   * Stops the workers; the engine can still run, on one thread. Calls with `worker: true` that are under way fail with an
   * EngineError. A second call does nothing.
   */
  async close(): Promise<void> {
    this.closed = true;
    if (this.pool) this.poolNote = "the engine was closed";
    await Promise.all([this.dismissPool(), ...[...this.dependents].map((end) => end())]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  info(): EngineInfo {
    const { features, variant, threads } = this;
    const { tile, why } = this.tiles;
    return {
      runtime: runtimeName(),
      variant,
      tile,
      threads,
      memory: this.memory.buffer.byteLength,
      maximumMemory: this.maximumMemory,
      features,
      notes: [
        arithmeticNote(variant, features),
        this.threadNote(),
        `products in tiles of ${tile}: ${why}`,
      ],
    };
  }

  private threadNote(): string {
    if (this.poolNote !== "") return `one thread: ${this.poolNote}`;
    return threadNote(this.threads, this.asked, this.features);
  }
}

async function compileVariant(variant: Variant, all: boolean): Promise<WebAssembly.Module> {
  const provided = providedModule(variant);
  if (provided) return provided;
  return WebAssembly.compile(await inflate(decodeBase64(await loadBase64(variant, all))));
}

async function instantiateOn(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Exports> {
  const { instance } = await instantiate(module, { env: { memory } });
  const exports = instance.exports as WebAssembly.Exports & Exports;
  if (exports.heapBase() > STATIC_BYTES)
    throw new EngineError(`engine: static data ends at ${exports.heapBase()}, beyond its page`);
  return exports;
}

/** The module of an engine's variant with every kernel, for another thread's engine. */
export function moduleFor({ variant }: Engine): Promise<WebAssembly.Module> {
  return compileVariant(variant, true);
}

/** Whether a build has shared memory. */
function isShared(variant: Variant): boolean {
  return variant.endsWith("-mt");
}

/** An engine without kernels so far. */
function engineOf(
  options: Partial<EngineOptions>,
  compiled: WebAssembly.Module | null = null,
): Engine {
  const all = withDefaults("init", DEFAULTS, options, ["threads"]);
  if (!(all.maximumMemory >= PAGE && all.maximumMemory <= 2 ** 32)) {
    throw new OptionError(
      `init: maximumMemory must lie in [65536, 4294967296] bytes, got ${all.maximumMemory}`,
    );
  }
  const features = probeFeatures();
  const asked = all.threads === "auto" ? hardwareThreads() : all.threads;
  if (!Number.isInteger(asked) || asked < 1) {
    throw new OptionError(
      `init: threads must be a whole number >= 1 or "auto", got ${shown(all.threads)}`,
    );
  }
  // Where this thread may not sleep it spins, and beyond the cores it would keep from working what it waits for.
  const wanted = maySleep() ? asked : Math.min(asked, hardwareThreads());
  if (all.variant !== null) checkVariant(all.variant, features, all.reproducible);
  const variant = all.variant ?? chooseVariant(features, wanted, all.reproducible);
  const shared = isShared(variant);
  const maximum = Math.floor(all.maximumMemory / PAGE);
  const memory = new WebAssembly.Memory(
    shared ? { initial: 1, maximum, shared: true } : { initial: 1, maximum },
  );
  const { splitWork } = all;
  return new Engine({
    variant,
    memory,
    maximumMemory: maximum * PAGE,
    splitWork,
    features,
    asked,
    wanted: shared ? wanted : 1,
    compiled,
  });
}

/**
 * Compiles and instantiates an engine. Most programs use the shared one of `init`.
 *
 * @param compiled  a module with every kernel of `options.variant`, where there is one
 */
export async function createEngine(
  options: Partial<EngineOptions> = {},
  compiled: WebAssembly.Module | null = null,
): Promise<Engine> {
  const engine = engineOf(options, compiled);
  const { tile = null } = options;
  if (tile !== null) (await import("./trial.ts")).useTile(engine, tile);
  await engine.extend(compiled !== null);
  return engine;
}

let shared: Promise<Engine> | undefined;
let running: Engine | null = null;

/** The shared engine if it has started. */
export function runningEngine(): Engine | null {
  return running;
}

function forgetClosed(): void {
  if (!running?.closed) return;
  shared = undefined;
  running = null;
}

/**
 * Starts the shared engine with options; without a call it starts by itself at the first use, and anew
 * when it was closed.
 *
 * @throws OptionError if it already runs with other options
 */
export async function init(options: Partial<EngineOptions> = {}): Promise<Engine> {
  forgetClosed();
  if (shared !== undefined && Object.keys(options).length > 0) {
    throw new OptionError(
      "init: the engine already runs; call init before the first tensor is computed, or close the engine",
    );
  }
  const engine = await initWith(options, null);
  await engine.extend(false);
  return engine;
}

/**
 * The shared engine for those who make plans. Where it did not run it has no kernels yet: the first plan says which
 * build to load, so that a page downloads one.
 */
export function sharedEngine(): Promise<Engine> {
  forgetClosed();
  return (shared ??= (async () => (running = engineOf({})))());
}

/** `init` with a module that another thread has compiled. */
export function initWith(
  options: Partial<EngineOptions>,
  compiled: WebAssembly.Module | null,
): Promise<Engine> {
  shared ??= createEngine(options, compiled).then((engine) => (running = engine));
  return shared;
}
