import type { Address } from "../kernels/command.ts";
import { Commands } from "../kernels/commands.ts";
import { type Engine, init } from "../kernels/engine.ts";
import { kernelsOf } from "../kernels/kernels.ts";
import { reclaimWith } from "../memory/reclaim.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import type { Optimizer } from "./defineOptimizer.ts";
import { OptimizerRun, type OptimizerVariable, type UpdatePlan } from "./optimizerRun.ts";

/** The blocks of an optimizer over plain arrays, and the commands of its update. */
export interface Placed {
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
}

/**
 * Allocates what an optimizer over plain arrays needs, and writes the commands of its update.
 *
 * @param owner  what the memory lives as long as
 * @throws MemoryError
 */
export async function placeArrays(
  { optimizer, layout, bytes }: ArrayLayout,
  owner: object,
): Promise<Placed> {
  const engine = await init();
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
  if (commands.isExtended) await engine.extend();
  const base = regions.allocate(commands.bytes);
  commands.place(engine.i32, base);
  const held = [parameters, gradients, ...slots.values(), work, base];
  reclaimWith(owner, { free: () => held.splice(0).forEach((address) => regions.free(address)) });
  return {
    engine,
    parameters,
    gradients,
    run,
    plan: { slots: commands.named },
    borders: [base, base + border, base + accumulated, base + end],
    scratch: work + padded(needs.work),
    scratchBytes,
    copies,
  };
}
