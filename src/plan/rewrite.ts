import { type Node, type SymbolicTensor, nodesOf } from "../graph/symbolic.ts";
import { applyDefinition } from "../graph/defineOp.ts";

/** What a rewrite rule sees. */
export interface RewriteContext {
  /** The node of the old graph. */
  readonly node: Node;
  /** Its inputs in the new graph. */
  readonly inputs: readonly (SymbolicTensor | null)[];
  /** How often the old graph reads a tensor of the new one (outputs count as one read). */
  uses(tensor: SymbolicTensor): number;
}

/** Returns the new outputs of a node, or null to keep it as it is. */
export type RewriteRule = (context: RewriteContext) => readonly SymbolicTensor[] | null;

/**
 * The graph made anew, node by node, with rules applied: a function from graph to graph.
 * Nodes that nothing reads any more are left behind.
 *
 * @returns what each tensor of the old graph became
 */
export function rewrite(
  outputs: readonly SymbolicTensor[],
  rules: readonly RewriteRule[],
): Map<SymbolicTensor, SymbolicTensor> {
  const nodes = nodesOf(outputs);
  const became = new Map<SymbolicTensor, SymbolicTensor>();
  const reads = new Map<SymbolicTensor, number>();
  const count = (t: SymbolicTensor): void => void reads.set(t, (reads.get(t) ?? 0) + 1);
  for (const node of nodes) for (const t of node.inputs) if (t) count(t);
  for (const t of outputs) count(t);

  const usesOfNew = new Map<SymbolicTensor, number>();
  const now = (t: SymbolicTensor | null): SymbolicTensor | null =>
    t === null ? null : (became.get(t) ?? t);
  for (const node of nodes) {
    const inputs = node.inputs.map(now);
    const context: RewriteContext = { node, inputs, uses: (t) => usesOfNew.get(t) ?? 0 };
    let made: readonly SymbolicTensor[] | null = null;
    for (const rule of rules) {
      made = rule(context);
      if (made) break;
    }
    made ??= applyDefinition(node.op, inputs, node.attrs).outputs;
    node.outputs.forEach((old, i) => {
      became.set(old, made[i]!);
      usesOfNew.set(made[i]!, reads.get(old) ?? 0);
    });
  }
  for (const t of outputs) if (!became.has(t)) became.set(t, t);
  return became;
}
