// npm run new op softplus: the three files of an op, with the skeleton of their comments. The laws
// that then fail are the list of what is to be done.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const op = (name) => ({
  [`assembly/ops/${name}.ts`]: `import { LANES, at, load, store } from "../lanes";

/**
 * What it computes, \`out = f(x)\`. What becomes of NaN. May run in place.
 *
 * Source:
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function ${name}(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), load(at(x, i)));
  }
}

/**
 * Gradient of ${name}, \`dx = f'(x) dy\`. May run in place on dy.
 *
 * @grain 16
 * @param x   f32[n], the input of ${name}
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function ${name}Grad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(dx, i), load(at(dy, i)));
  }
}
`,
  [`src/ops/${name}.ts`]: `import { type Op, defineOp } from "../graph/defineOp.ts";

/** Gradient of ${name} by its input. */
const ${name}Grad: Op = /* @__PURE__ */ defineOp({
  name: "${name}Grad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.${name}Grad(x!, dy!, out!, size),
  inPlace: 1,
});

/** What it computes, \`f(x)\`, element by element. What becomes of NaN. */
export const ${name}: Op = /* @__PURE__ */ defineOp({
  name: "${name}",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.${name}(x!, out!, size),
  grad: ({ inputs: [x], dout }) => [${name}Grad(x!, dout)],
  inPlace: 0,
});
`,
  [`test/ops/${name}.case.ts`]: `import { ${name} } from "../../src/ops/${name}.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("${name}", ${name}, {
    // Known results: zeros of both signs, infinities, NaN, and points checked by hand or a named library.
    examples: [{ in: [[-1, -0, 0, 2, Infinity, -Infinity, NaN]], out: [] }],
    shapes: [[[1]], [[3]], [[5, 7]], [[17]], [[0]]],
    domain: { from: -2, to: 2 },
  }),
];
`,
});

const KINDS = { op };
const [kind, name] = process.argv.slice(2);
if (!KINDS[kind] || !/^[a-z]\w*$/.test(name ?? "")) {
  console.error(`usage: npm run new ${Object.keys(KINDS).join("|")} nameInCamelCase`);
  process.exit(2);
}
const files = KINDS[kind](name);
const taken = Object.keys(files).filter((path) => existsSync(join(root, path)));
if (taken.length > 0) {
  console.error(`new: ${taken.join(", ")} exists already`);
  process.exit(1);
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
console.log("next: fill in the comments and formulas, then npm run gen, npm run build, npm test");
