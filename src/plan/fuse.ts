import type { OpDefinition } from "../graph/defineOp.ts";
import type { Node, SymbolicTensor } from "../graph/symbolic.ts";
import { type MatmulAttrs, isOneProduct, matmul } from "../ops/matmul.ts";
import { applyDefinition } from "../graph/defineOp.ts";
import type { RewriteContext, RewriteRule } from "./rewrite.ts";

/** Activations that the product's epilogue applies while a block is hot. */
const EPILOGUES: readonly string[] = ["relu"];

/**
 * Whether a node's kernel has the epilogue: its third input is a bias along the last axis, and its attribute
 * "activation" comes behind it. Of products only one alone has it, with the columns of b as last axis.
 */
function hasEpilogue({ op, inputs: [a, b], attrs }: Node): boolean {
  if (op !== (matmul.definition as OpDefinition))
    return op.inputs[2] === "bias?" && attrs["activation"] !== undefined;
  return b!.shape.length >= 2 && isOneProduct([a!.shape, b!.shape], attrs as MatmulAttrs);
}

/** A product in the new graph that nothing but this node reads, and that has no activation yet. */
function onlyProduct(
  context: RewriteContext,
  t: SymbolicTensor | null | undefined,
): SymbolicTensor | null {
  if (!t?.node || context.uses(t) !== 1 || !hasEpilogue(t.node)) return null;
  return t.node.attrs["activation"] === "linear" ? t : null;
}

/** `matmul(a, b) + bias` with a bias along the last axis becomes one product with a bias; so a convolution. */
const biasIntoProduct: RewriteRule = (context) => {
  if (context.node.op.name !== "add") return null;
  const [left, bias] = context.inputs;
  const product = onlyProduct(context, left);
  if (!product || !bias || product.node!.inputs[2]) return null;
  if (bias.shape.length !== 1 || bias.shape[0] !== product.shape.at(-1)) return null;
  const { op, inputs, attrs } = product.node!;
  return applyDefinition(op, [inputs[0]!, inputs[1]!, bias], attrs).outputs;
};

/** `relu(matmul(a, b, bias))` becomes one product with relu in its epilogue; so a convolution. */
const activationIntoProduct: RewriteRule = (context) => {
  const name = context.node.op.name;
  if (!EPILOGUES.includes(name)) return null;
  const product = onlyProduct(context, context.inputs[0]);
  if (!product) return null;
  const { op, inputs, attrs } = product.node!;
  return applyDefinition(op, inputs, { ...attrs, activation: name }).outputs;
};

/**
 * `reluGrad(x, maxPoolGrad(x, y, dy))` becomes `maxPoolGrad(x, y, reluGrad(y, dy))`: dy goes to cells that are as
 * large as y, so the mask is that of y, which is smaller. The same numbers, with NaN and where windows overlap.
 */
const maskBeforePool: RewriteRule = (context) => {
  if (context.node.op.name !== "reluGrad") return null;
  const [x, dx] = context.inputs;
  const spread = dx?.node;
  if (spread?.op.name !== "maxPoolGrad" || spread.inputs[0] !== x || context.uses(dx!) !== 1)
    return null;
  const [, y, dy] = spread.inputs;
  const masked = applyDefinition(context.node.op, [y!, dy!], {}).outputs[0]!;
  return applyDefinition(spread.op, [x!, y!, masked], spread.attrs).outputs;
};

/** The rules of `compile`, tried in this order at every node. */
export const FUSIONS: readonly RewriteRule[] = [
  biasIntoProduct,
  activationIntoProduct,
  maskBeforePool,
];
