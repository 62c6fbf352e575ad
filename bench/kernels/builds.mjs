// Products and convolutions by both tiles of each build that a runtime has, in whichever runtime runs this file:
//   node bench/kernels/builds.mjs
//   deno run -A --node-modules-dir=manual --no-lock bench/kernels/builds.mjs
//   bun bench/kernels/builds.mjs
//   node bench/kernels/browsers.mjs chromium firefox webkit
// GFLOP/s of the least of many short runs in turns: short enough that some fall between the neighbours' work.
import { gradient } from "../../build/modules/autograd/gradient.js";
import { leaf } from "../../build/modules/graph/symbolic.js";
import { createEngine } from "../../build/modules/kernels/engine.js";
import { tilesOf } from "../../build/modules/kernels/tile.js";
import { regionsOf } from "../../build/modules/memory/regions.js";
import { conv2d } from "../../build/modules/ops/conv2d.js";
import { matmul } from "../../build/modules/ops/matmul.js";
import { Plan, compile, workBytes } from "../../build/modules/plan/plan.js";
import { sizeOf } from "../../build/modules/shape.js";
import { uniform } from "../problems.mjs";

const ROUNDS = 1500;
const WINDOWS = 2 * 24 * 24;
const CONV = WINDOWS * 9 * 32 * 64;

const CASES = [
  {
    name: "product 128x784x512",
    flops: 2 * 128 * 784 * 512,
    shapes: [
      [128, 784],
      [784, 512],
    ],
    build: (a, b) => [matmul(a, b)],
  },
  {
    name: "product 784x128x512, A transposed",
    flops: 2 * 128 * 784 * 512,
    shapes: [
      [128, 784],
      [128, 512],
    ],
    build: (a, b) => [matmul(a, b, { transposeA: true })],
  },
  {
    name: "product 32x64x32",
    flops: 2 * 32 * 64 * 32,
    shapes: [
      [32, 64],
      [64, 32],
    ],
    build: (a, b) => [matmul(a, b)],
  },
  {
    name: "convolution 3x3, (2,26,26,32) to 64",
    flops: 2 * CONV,
    shapes: [
      [2, 26, 26, 32],
      [3, 3, 32, 64],
    ],
    build: (a, b) => [conv2d(a, b, {})],
  },
  {
    name: "both of its gradients",
    flops: 4 * CONV,
    shapes: [
      [2, 26, 26, 32],
      [3, 3, 32, 64],
      [2, 24, 24, 64],
    ],
    build: (a, b, dy) => gradient(conv2d(a, b, {}), [a, b], dy),
  },
];

/** A plan of a few ops on parameters, so that nothing is loaded or copied besides. */
function planOf(engine, { shapes, build }) {
  const leaves = shapes.map((shape, i) => leaf("parameter", `x${i}`, shape, "float32"));
  const outputs = Object.fromEntries(build(...leaves).map((t, i) => [i, t]));
  const compiled = compile({ name: "builds", inputs: [], outputs });
  const regions = regionsOf(engine);
  const places = new Map(
    leaves.map((t, i) => {
      const address = regions.allocate(4 * sizeOf(t.shape));
      engine.f32.set(uniform(sizeOf(t.shape), i + 1), address >>> 2);
      return [t, address];
    }),
  );
  const arena = regions.allocate(workBytes(compiled, 1));
  return Plan.place(compiled, engine, { leaf: (t) => places.get(t), pin: () => 0, arena });
}

/** A table in Markdown. */
export const lines = [];
function print(line) {
  lines.push(line);
  console.log(line);
}

const engines = [];
for (const variant of ["simd", "relaxed"]) {
  for (const tile of tilesOf(variant)) {
    const engine = await createEngine({ variant, tile }).catch((error) => print(error.message));
    await engine?.extend();
    if (engine) engines.push(engine);
  }
}
const names = engines.map((engine) => `${engine.variant} ${engine.info().tile}`);
print(`| GFLOP/s in ${engines[0].info().runtime} | ${names.join(" | ")} |`);
print(`|---|${"---|".repeat(engines.length)}`);
for (const problem of CASES) {
  const plans = engines.map((engine) => planOf(engine, problem));
  const least = plans.map(() => Infinity);
  // Clocks tick in steps of up to 5 µs.
  const calls = Math.max(1, Math.round(2e7 / problem.flops));
  for (let round = 0; round < ROUNDS; round++) {
    plans.forEach((plan, i) => {
      const started = performance.now();
      for (let call = 0; call < calls; call++) plan.run();
      least[i] = Math.min(least[i], (performance.now() - started) / calls);
    });
  }
  const cells = least.map((ms) => (problem.flops / ms / 1e6).toFixed(1));
  print(`| ${problem.name} | ${cells.join(" | ")} |`);
}
