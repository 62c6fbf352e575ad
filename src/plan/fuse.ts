import { type MatmulAttrs, isOneProduct, matmul } from "../ops/matmul.ts";
import type { RewriteContext, RewriteRule } from "./rewrite.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";

/** Activations that the product's epilogue applies while a block is hot. */
const EPILOGUES: readonly string[] = ["relu"];

/** A product in the new graph that nothing but this node reads, and that has no activation yet. */
function onlyProduct(
  context: RewriteContext,
  t: SymbolicTensor | null | undefined,
): SymbolicTensor | null {
  if (!t?.node || t.node.op !== matmul.definition || context.uses(t) !== 1) return null;
  const attrs = t.node.attrs as MatmulAttrs;
  const [a, b] = t.node.inputs;
  // Only one product has an epilogue, and only a matrix b leaves its columns as the last axis.
  if (b!.shape.length < 2 || !isOneProduct([a!.shape, b!.shape], attrs)) return null;
  return attrs.activation === "linear" ? t : null;
}

/** `matmul(a, b) + bias` with a bias along the last axis becomes one product with a bias. */
const biasIntoProduct: RewriteRule = (context) => {
  if (context.node.op.name !== "add") return null;
  const [left, bias] = context.inputs;
  const product = onlyProduct(context, left);
  if (!product || !bias || product.node!.inputs[2]) return null;
  if (bias.shape.length !== 1 || bias.shape[0] !== product.shape.at(-1)) return null;
  const [a, b] = product.node!.inputs;
  return [matmul(a, b, bias, product.node!.attrs)];
};

/** `relu(matmul(a, b, bias))` becomes one product with relu in its epilogue. */
const activationIntoProduct: RewriteRule = (context) => {
  const name = context.node.op.name;
  if (!EPILOGUES.includes(name)) return null;
  const product = onlyProduct(context, context.inputs[0]);
  if (!product) return null;
  const [a, b, bias] = product.node!.inputs;
  return [matmul(a, b, bias, { ...product.node!.attrs, activation: name })];
};

/** The rules of `compile`, tried in this order at every node. */
export const FUSIONS: readonly RewriteRule[] = [biasIntoProduct, activationIntoProduct];
