// Marks what a module computes when it is loaded as free of side effects, so that a bundler drops what
// nobody uses. Annotations in the source reach one call each; a spread or a sum in an object has none.
import { parseAst } from "rolldown/parseAst";

/** Expressions that bundlers know to do nothing, unless what stands inside does. */
const HARMLESS = new Set([
  "ArrayExpression",
  "ArrowFunctionExpression",
  "FunctionExpression",
  "Identifier",
  "Literal",
  "ObjectExpression",
  "Property",
]);

/** Whether a bundler sees that an expression may be dropped. */
function harmless(node, text) {
  if (node === null) return true;
  if (node.type === "CallExpression" || node.type === "NewExpression") {
    const isMarked = text.slice(0, node.start).trimEnd().endsWith("/* @__PURE__ */");
    return isMarked && node.arguments.every((one) => harmless(one, text));
  }
  if (!HARMLESS.has(node.type)) return false;
  if (node.type.endsWith("FunctionExpression")) return true;
  if (node.type === "ArrayExpression") return node.elements.every((one) => harmless(one, text));
  if (node.type === "ObjectExpression") return node.properties.every((one) => harmless(one, text));
  return node.type !== "Property" || (!node.computed && harmless(node.value, text));
}

/** The text of a module whose constants are each a call that is marked as pure, where they do something. */
export function pure(text) {
  const inits = parseAst(text)
    .body.map((node) => (node.type === "ExportNamedDeclaration" ? node.declaration : node))
    .filter((node) => node?.type === "VariableDeclaration" && node.kind === "const")
    .flatMap((node) => node.declarations)
    .filter(({ id, init }) => id.type === "Identifier" && !harmless(init, text))
    .map(({ init }) => init);
  let out = text;
  for (const { start, end } of inits.reverse())
    out = `${out.slice(0, start)}/* @__PURE__ */ (() => (${out.slice(start, end)}))()${out.slice(end)}`;
  return out;
}
