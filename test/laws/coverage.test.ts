import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import { leaf, nodesOf } from "../../src/graph/symbolic.ts";
import { OP_CASES } from "../support/opCases.ts";
import { samplesOf } from "../support/sample.ts";

const folder = fileURLToPath(new URL("../../src/ops", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (f) => f.endsWith(".ts") && !f.endsWith(".gen.ts"),
);

/** Functions of tensors that are exported beside the ops; `@internal` in the comment leaves one out. */
function exportedFunctions(text: string): string[] {
  const pattern =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?export function (\w+)\([^{]*?\): SymbolicTensor \{/g;
  return [...text.matchAll(pattern)].flatMap(([, doc, name]) =>
    doc?.includes("@internal") ? [] : [name!],
  );
}

/** Exported ops of a file by their exported names. */
async function exportedOps(file: string): Promise<string[]> {
  const module = (await import(/* @vite-ignore */ `${folder}/${file}`)) as Record<string, unknown>;
  return Object.keys(module).filter(
    (key) => typeof module[key] === "function" && "definition" in module[key],
  );
}

test.each(files)("every op of src/ops/%s has a case in test/ops", async (file) => {
  const cased = new Set(OP_CASES.map((c) => c.name));
  const names = [
    ...(await exportedOps(file)),
    ...exportedFunctions(readFileSync(`${folder}/${file}`, "utf8")),
  ];
  const missing = names.filter((name) => !cased.has(name));
  expect(missing, "write test/ops/<name>.case.ts for these").toEqual([]);
});

test("every op that a file defines for itself, as gradients are, runs in the graph of some case", () => {
  const reached = new Set<string>();
  for (const s of OP_CASES.flatMap(samplesOf)) {
    const xs = s.shapes.map((shape, i) => leaf("input", `x${i}`, shape, s.dtypes[i]!));
    const out = s.build(...xs);
    const by = s.differentiable.map((i) => xs[i]!);
    const outputs =
      by.length > 0 ? [out, ...gradient(out, by, leaf("input", "dy", out.shape))] : [out];
    for (const node of nodesOf(outputs)) reached.add(node.op.name);
  }
  const defined = files.flatMap((file) =>
    [
      ...readFileSync(`${folder}/${file}`, "utf8").matchAll(
        /defineOp(?:<[^>]*>)?\(\{\s*name: "(\w+)"/g,
      ),
    ].map((m) => m[1]!),
  );
  expect(defined.length).toBeGreaterThan(5);
  expect(defined.filter((name) => !reached.has(name))).toEqual([]);
});
