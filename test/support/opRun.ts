import { type SymbolicTensor, leaf, nodesOf } from "../../src/graph/symbolic.ts";
import type { Engine } from "../../src/kernels/engine.ts";
import { padded, regionsOf } from "../../src/memory/regions.ts";
import { type CompiledPlan, Plan, compile } from "../../src/plan/plan.ts";
import { type DType, type Shape, allocate, sizeOf } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

/** How a graph is laid out for a test. */
export interface Layout {
  /** Every buffer stands alone between sentinels; otherwise where the plan puts it. */
  apart?: boolean;
  /** Every tensor lasts to the end, so nothing is overwritten or reused. */
  keepAll?: boolean;
  /** Byte that everything but the inputs holds before a run; 0 if left out, 255 makes NaN. */
  fill?: number;
}

/** Bytes of sentinel between two buffers, and at both ends. */
const SENTINEL = 128;
const SENTINEL_BYTE = 0xa5;

/** The plan with its arena taken apart: no two buffers share or touch. Plans are plain data. */
function spread(plan: CompiledPlan): CompiledPlan {
  let end = SENTINEL;
  const offsets = plan.schedule.buffers.map((b) => {
    if (b.fixed !== null) return 0;
    const offset = end;
    end += padded(b.bytes) + SENTINEL;
    return offset;
  });
  return { ...plan, offsets, arenaBytes: end };
}

/** A function of symbolic tensors compiled for one engine, with its memory in view. */
export class OpRun {
  readonly compiled: CompiledPlan;
  /** Outputs that the function gave; `keepAll` adds the inputs behind them. */
  private readonly count: number;
  private readonly plan: Plan;
  private readonly engine: Engine;
  private readonly inputs: readonly SymbolicTensor[];
  private readonly arena: number;
  private readonly bytes: number;
  private readonly layout: Layout;
  private before: Uint8Array | null = null;

  constructor(
    engine: Engine,
    build: (...xs: SymbolicTensor[]) => readonly SymbolicTensor[],
    shapes: readonly Shape[],
    dtypes: readonly DType[],
    layout: Layout = {},
  ) {
    this.engine = engine;
    this.layout = layout;
    this.inputs = shapes.map((shape, i) => leaf("input", `x${i}`, shape, dtypes[i]!));
    const outputs = [...build(...this.inputs)];
    this.count = outputs.length;
    if (layout.keepAll)
      outputs.push(...this.inputs, ...nodesOf(outputs).flatMap((node) => node.outputs));
    const named = Object.fromEntries(outputs.map((t, i) => [String(i), t]));
    const planned = compile({ name: "test", inputs: this.inputs, outputs: named });
    this.compiled = layout.apart ? spread(planned) : planned;
    this.bytes = this.compiled.arenaBytes + this.compiled.scratchBytes * engine.threads + SENTINEL;
    this.arena = regionsOf(engine).allocate(this.bytes);
    const none = (): never => {
      throw new Error("a test graph has no parameters");
    };
    this.plan = Plan.place(this.compiled, engine, { leaf: none, pin: none, arena: this.arena });
  }

  /** Runs on host tensors and copies the outputs out. */
  run(values: readonly Tensor[]): Tensor[] {
    const { engine, plan, compiled } = this;
    if (this.layout.fill !== undefined || this.layout.apart) this.prepare();
    this.inputs.forEach((t, i) => {
      const { data } = values[i]!;
      engine.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), plan.address(t));
    });
    if (this.layout.apart) this.before = engine.u8.slice();
    plan.run();
    return Object.entries(compiled.outputs).map(([name, t]) => {
      const data = allocate(t.dtype, sizeOf(t.shape));
      const at = plan.output(name);
      new Uint8Array(data.buffer).set(engine.u8.subarray(at, at + data.byteLength));
      return new Tensor(data, t.shape, t.dtype);
    });
  }

  /** Outputs of the function alone, of what `run` gave. */
  own(outputs: readonly Tensor[]): Tensor[] {
    return outputs.slice(0, this.count);
  }

  /** What `keepAll` found in the inputs after the run. */
  inputsAfter(outputs: readonly Tensor[]): Tensor[] {
    return outputs.slice(this.count, this.count + this.inputs.length);
  }

  /** [first, last) of all bytes that the plan may write. */
  private spans(): [number, number][] {
    const { schedule, offsets, arenaBytes, scratchBytes } = this.compiled;
    const spans = schedule.buffers.flatMap((b, i): [number, number][] =>
      b.fixed === null
        ? [[this.arena + offsets[i]!, this.arena + offsets[i]! + padded(b.bytes)]]
        : [],
    );
    const scratch = this.arena + arenaBytes;
    spans.push([scratch, scratch + scratchBytes * this.engine.threads]);
    return spans.filter(([first, last]) => last > first).sort((a, b) => a[0] - b[0]);
  }

  private prepare(): void {
    const { u8 } = this.engine;
    u8.fill(SENTINEL_BYTE, this.arena, this.arena + this.bytes);
    for (const [first, last] of this.spans()) u8.fill(this.layout.fill ?? 0, first, last);
  }

  /**
   * The first byte that the last run changed outside its own buffers and scratch, anywhere in linear memory;
   * null where there is none. Only of a layout that is `apart`.
   */
  overrun(): string | null {
    const { u8 } = this.engine;
    const before = this.before!;
    let from = 0;
    for (const [first, last] of [
      ...this.spans(),
      [before.length, before.length] as [number, number],
    ]) {
      if (Buffer.compare(before.subarray(from, first), u8.subarray(from, first)) !== 0) {
        let at = from;
        while (before[at] === u8[at]) at++;
        return `byte ${at - from} behind the end of a buffer was written`;
      }
      from = last;
    }
    return null;
  }

  /** Whether the first output lies where an input lay. */
  takesOver(): boolean {
    const { schedule, outputs } = this.compiled;
    const own = schedule.bufferOf.get(outputs["0"]!);
    return this.inputs.some((t) => schedule.bufferOf.get(t) === own);
  }

  free(): void {
    this.plan.free();
    regionsOf(this.engine).free(this.arena);
  }
}

/** Compiles, runs once and frees. */
export function runOnce(
  engine: Engine,
  build: (...xs: SymbolicTensor[]) => readonly SymbolicTensor[],
  values: readonly Tensor[],
  layout: Layout = {},
): Tensor[] {
  const run = new OpRun(
    engine,
    build,
    values.map((t) => t.shape),
    values.map((t) => t.dtype),
    layout,
  );
  try {
    return run.own(run.run(values));
  } finally {
    run.free();
  }
}
