import { ShapeError } from "../errors.ts";
import { type SymbolicTensor, constant, nodesOf } from "../graph/symbolic.ts";
import type { GradientOf } from "../graph/defineOp.ts";
import { add, mul } from "../ops/binary.ts";
import { fill } from "../ops/fill.ts";
import { sum } from "../ops/sum.ts";
import { printShape, sizeOf } from "../shape.ts";

/**
 * The gradients of a scalar by some tensors, as new nodes of the same graph: the chain rule walked
 * backwards over the nodes. Nothing is computed for tensors that no wanted one leads to, so frozen
 * layers at the bottom of a model cost no backward pass. Where the loss does not depend on a tensor,
 * its gradient is zeros.
 *
 * @param loss  a tensor of one element
 * @param by    leaves or inner tensors
 * @param seed  the gradient of some outer quantity by `loss`; 1 if left out
 * @throws ShapeError if the loss has more than one element, or an op on the way has no gradient
 */
export function gradient(
  loss: SymbolicTensor,
  by: readonly SymbolicTensor[],
  seed?: SymbolicTensor,
): SymbolicTensor[] {
  if (seed === undefined && sizeOf(loss.shape) !== 1) {
    throw new ShapeError(
      `gradient: the loss must have one element, got ${printShape(loss.shape)}; take its mean or sum`,
    );
  }
  const nodes = nodesOf([loss]);
  // Which tensors lead to a wanted one.
  const wanted = new Set<SymbolicTensor>(by);
  for (const node of nodes) {
    if (node.inputs.some((t) => t && wanted.has(t))) for (const t of node.outputs) wanted.add(t);
  }
  const gradients = new Map<SymbolicTensor, SymbolicTensor>();
  gradients.set(loss, seed ?? fill(constant(1), { shape: loss.shape }));

  for (const node of nodes.reverse()) {
    const douts = node.outputs.map((t) => gradients.get(t) ?? null);
    if (douts.every((d) => d === null)) continue;
    const needs = node.inputs.map((t) => t !== null && t.dtype === "float32" && wanted.has(t));
    if (!needs.includes(true)) continue;
    if (node.op.gradientOf) {
      for (const [t, d] of throughGradient(node.op.gradientOf(node), douts, wanted)) {
        const known = gradients.get(t);
        gradients.set(t, known ? add(known, d) : d);
      }
      continue;
    }
    const rule = node.op.grad;
    if (!rule)
      throw new ShapeError(
        `gradient: "${node.op.name}" has no gradient; detach its input or use another op`,
      );
    const dinputs = rule.call(node.op, {
      attrs: node.attrs,
      inputs: node.inputs as readonly SymbolicTensor[],
      outputs: node.outputs,
      douts,
      out: node.outputs[0]!,
      dout: douts[0] ?? fill(constant(0), { shape: node.outputs[0]!.shape }),
      needs: (i) => needs[i]!,
    });
    dinputs.forEach((dx, i) => {
      const x = node.inputs[i];
      if (!dx || !x || !needs[i]) return;
      const sum = gradients.get(x);
      gradients.set(x, sum ? add(sum, dx) : dx);
    });
  }
  return by.map((t) => gradients.get(t) ?? fill(constant(0), { shape: t.shape }));
}

/** Gradients through outputs that are a gradient themselves, by the tensors that they depend on. */
function throughGradient(
  { loss, by, from }: ReturnType<GradientOf>,
  douts: readonly (SymbolicTensor | null)[],
  wanted: ReadonlySet<SymbolicTensor>,
): [SymbolicTensor, SymbolicTensor][] {
  const outputs = gradient(loss, by);
  const pairs = outputs.flatMap((t, i) => (douts[i] ? [sum(mul(t, douts[i]))] : []));
  const through = [...from.keys()].filter((t) => wanted.has(t));
  const made = gradient(
    pairs.reduce((a, b) => add(a, b)),
    through.map((t) => from.get(t)!),
  );
  return through.map((t, i) => [t, made[i]!]);
}
