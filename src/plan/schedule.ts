import { type Node, type SymbolicTensor, nodesOf } from "../graph/symbolic.ts";
import type { Lifetime } from "../memory/arena.ts";
import { bytesOf, sizeOf } from "../shape.ts";

/** One stretch of memory and the tensors that share it: views, and outputs that took an input over. */
export interface Buffer extends Lifetime {
  /** The tensor whose leaf or pin says where the buffer lies; null: in the arena. */
  fixed: SymbolicTensor | null;
}

/** The order of the nodes and who shares whose memory. Pure data: no address yet. */
export interface Schedule {
  readonly nodes: readonly Node[];
  readonly buffers: readonly Buffer[];
  /** Index into `buffers`. */
  readonly bufferOf: ReadonlyMap<SymbolicTensor, number>;
  /** Buffers that a node's kernels need while they run, by name. */
  readonly workspaces: ReadonlyMap<Node, Readonly<Record<string, number>>>;
}

/** Bytes of a tensor, without padding. */
export function tensorBytes(t: SymbolicTensor): number {
  return sizeOf(t.shape) * bytesOf(t.dtype);
}

/** Whether a leaf lives outside the arena. Inputs are loaded into it. */
function isOutside(t: SymbolicTensor): boolean {
  return t.leaf !== null && t.leaf.kind !== "input";
}

/**
 * Orders the nodes that the outputs need and decides which tensors share memory.
 *
 * A view shares its input's buffer. A node may write over an input (`inPlace`) that nothing reads
 * later, that lies in the arena and has the same length. Step 0 loads the inputs, node i runs in step
 * i + 1, and outputs must last until the end.
 *
 * @param outputs  tensors that are read after the run
 * @param pins     tensors that must be written to a place outside the arena
 * @param inputs   input leaves, whether the outputs need them or not
 */
export function schedule(
  outputs: readonly SymbolicTensor[],
  pins: ReadonlySet<SymbolicTensor>,
  inputs: readonly SymbolicTensor[],
): Schedule {
  const nodes = nodesOf([...outputs, ...pins]);
  const end = nodes.length + 1;
  const buffers: Buffer[] = [];
  const bufferOf = new Map<SymbolicTensor, number>();
  const workspaces = new Map<Node, Record<string, number>>();

  // The root of a chain of views decides where all of them lie.
  const root = (t: SymbolicTensor): SymbolicTensor => {
    while (t.node?.op.view) t = t.node.inputs[0]!;
    return t;
  };
  const lastUse = new Map<SymbolicTensor, number>();
  nodes.forEach((node, i) => {
    for (const t of node.inputs) if (t) lastUse.set(root(t), i + 1);
  });
  for (const t of [...outputs, ...pins]) lastUse.set(root(t), end);
  const pinned = new Map<SymbolicTensor, SymbolicTensor>();
  for (const t of pins) pinned.set(root(t), t);

  const create = (t: SymbolicTensor, step: number): number => {
    const fixed = pinned.get(t) ?? (isOutside(t) ? t : null);
    buffers.push({ bytes: tensorBytes(t), from: step, to: lastUse.get(t) ?? step, fixed });
    bufferOf.set(t, buffers.length - 1);
    return buffers.length - 1;
  };
  for (const t of inputs) create(t, 0);

  nodes.forEach((node, i) => {
    const step = i + 1;
    for (const t of node.inputs) if (t?.leaf && !bufferOf.has(t)) create(t, 0);
    const first = node.outputs[0]!;
    if (node.op.view) {
      bufferOf.set(first, bufferOf.get(node.inputs[0]!)!);
      return;
    }
    const over = node.op.inPlace === undefined ? null : node.inputs[node.op.inPlace];
    const taken = over ? bufferOf.get(over)! : -1;
    const buffer = buffers[taken];
    const mayTake =
      buffer !== undefined &&
      buffer.fixed === null &&
      !pinned.has(first) &&
      buffer.to === step &&
      tensorBytes(over!) === tensorBytes(first) && // fewer elements would be read again: broadcasting
      node.inputs.filter((t) => t && bufferOf.get(t) === taken).length === 1;
    node.outputs.forEach((t, index) => {
      if (index === 0 && mayTake) {
        bufferOf.set(t, taken);
        buffer.to = Math.max(step, lastUse.get(t) ?? step);
      } else create(t, step);
    });
    const needed =
      node.op.workspace?.(
        node.inputs.map((t) => t?.shape ?? []),
        node.attrs,
      ) ?? {};
    const own: Record<string, number> = {};
    for (const [name, bytes] of Object.entries(needed)) {
      buffers.push({ bytes, from: step, to: step, fixed: null });
      own[name] = buffers.length - 1;
    }
    workspaces.set(node, own);
  });
  return { nodes, buffers, bufferOf, workspaces };
}
