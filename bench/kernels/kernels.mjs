// Kernels beside the limits of the same run: GFLOP/s of products, GB/s of what memory bounds.
import { readdirSync } from "node:fs";
import { init } from "../../build/modules/index.js";
import { gradient } from "../../build/modules/autograd/gradient.js";
import { flopsOf } from "../../build/modules/graph/defineOp.js";
import { leaf } from "../../build/modules/graph/symbolic.js";
import { regionsOf } from "../../build/modules/memory/regions.js";
import { Plan, compile, workBytes } from "../../build/modules/plan/plan.js";
import { sizeOf } from "../../build/modules/shape.js";
import * as optimizers from "../../build/modules/index.js";
import { interleave, quantile } from "../measure.mjs";
import { ADAM_BYTES, uniform } from "../problems.mjs";
import { optimizerOver } from "../thalweg.mjs";
import { arithmeticPeaks, copyPeak } from "./peak.mjs";
import { ROWS, product } from "./rows.mjs";

const OPTIMIZERS = ["adamW", "adam", "nadam", "rmsprop", "adagrad", "sgd"];

/** A plan of one op call on parameters, so that nothing is loaded, filled or copied besides. */
async function kernelRow(engine, row) {
  const module = await import(`../../build/modules/ops/${row.file}.js`);
  const leaves = row.inputs.map(({ shape, dtype }, i) => leaf("parameter", `x${i}`, shape, dtype));
  const call = () => module[row.call ?? row.op](...leaves, row.attrs ?? {});
  const made = row.build ? row.build(module, gradient, leaves) : [call()].map((t) => t.y ?? t);
  const [out] = made;
  const outputs = Object.fromEntries(made.map((t, i) => [i, t]));
  if (row.gradient) {
    // The forward pass runs as well: its result, dy and the gradients are touched once more.
    leaves.push(leaf("parameter", "dy", out.shape));
    const dx = gradient(out, leaves.slice(0, -1), leaves.at(-1));
    dx.forEach((t, i) => (outputs[`d${i}`] = t));
  }
  const compiled = compile({ name: row.name, inputs: [], outputs });
  const regions = regionsOf(engine);
  const places = new Map(
    leaves.map((t, i) => {
      const address = regions.allocate(4 * sizeOf(t.shape));
      const numbers = uniform(sizeOf(t.shape), i + 1);
      // A gradient's dy is a leaf behind the inputs.
      const limit = row.inputs[i]?.limit;
      if (t.dtype === "float32") engine.f32.set(numbers, address >>> 2);
      else if (limit)
        engine.i32.set(
          numbers.map((v) => ((v + 1) / 2) * limit),
          address >>> 2,
        );
      return [t, address];
    }),
  );
  const arena = regions.allocate(workBytes(compiled, engine.threads));
  const plan = Plan.place(compiled, engine, { leaf: (t) => places.get(t), pin: () => 0, arena });
  const touched = [
    ...new Set([...leaves, ...Object.values(outputs).flatMap((t) => t.node.outputs)]),
  ];
  return {
    name: row.name,
    group: row.group,
    flops: row.flops ?? (["product", "convolution"].includes(row.group) ? flopsOf(out.node) : 0),
    bytes: row.bytes ?? touched.reduce((sum, t) => sum + 4 * sizeOf(t.shape), 0),
    run: (calls) => {
      for (let i = 0; i < calls; i++) plan.run();
    },
    close: () => {
      plan.free();
      for (const address of [...places.values(), arena]) regions.free(address);
    },
  };
}

/** Activations by their catalogue, forward, on a buffer in L2. */
function activationRows() {
  const folder = new URL("../../build/modules/ops/activations/", import.meta.url);
  return readdirSync(folder)
    .filter(
      (name) =>
        name.endsWith(".js") && !name.includes(".gen.") && !/^(linear|softmax)\./.test(name),
    )
    .map((file) => file.replace(".js", ""))
    .map((op) => ({
      group: "activation",
      name: `${op} 65536`,
      op,
      file: `activations/${op}`,
      inputs: [{ shape: [256, 256], dtype: "float32" }],
    }));
}

async function optimizerRow(name, size) {
  const over = await optimizerOver(optimizers[name], size);
  return {
    name: `${name} ${size / 2 ** 20} M`,
    group: "optimizer",
    flops: 0,
    bytes:
      (name.startsWith("ada") && name !== "adagrad") || name === "nadam" ? ADAM_BYTES * size : null,
    slots: over.memory.slots.size,
    size,
    run: (calls) => {
      for (let i = 0; i < calls; i++) over.step();
    },
    close: over.close,
  };
}

export async function kernels({ filter, rounds, clock, print }) {
  const engine = await init();
  await engine.extend(); // rows are placed one by one: all kernels are there from the start
  const out = {};
  print(
    `variant ${engine.variant}; best of the rounds (median), beside the limit's best and median`,
  );
  print("| kernel | µs | rate | of the limit |\n|---|---|---|---|");
  const measure = async (made) => {
    // Parameters are read and written, gradients read, slots read and written.
    made.bytes ??= 4 * made.size * (3 + 2 * made.slots);
    const limits = made.flops ? arithmeticPeaks(engine) : [copyPeak(engine, made.bytes)];
    const times = await interleave([made, ...limits], { rounds, clock, sampleMs: 4, timeMs: 30 });
    made.close();
    for (const limit of limits) limit.close?.();
    const unit = made.flops ? "flops" : "bytes";
    const rates = (c) => times.get(c.name).map((ms) => c[unit] / ms / 1e6);
    const [best, median] = [Math.max(...rates(made)), quantile(rates(made), 0.5)];
    const shares = limits.map((limit) => {
      const top = rates(limit);
      return `${((100 * best) / Math.max(...top)).toFixed(0)} % (${((100 * median) / quantile(top, 0.5)).toFixed(0)}) of ${limit.name} ${Math.max(...top).toFixed(1)}`;
    });
    const micros = 1000 * quantile(times.get(made.name), 0);
    out[made.name] = { best, median, micros, unit: made.flops ? "GFLOP/s" : "GB/s", shares };
    print(
      `| ${made.name} | ${micros.toPrecision(3)} | ${best.toFixed(1)} (${median.toFixed(1)}) ${made.flops ? "GFLOP/s" : "GB/s"} | ${shares.join(", ")} |`,
    );
  };
  const rows = /^\d+x\d+x\d+ (NN|TN|NT)$/.test(filter)
    ? [product(filter)]
    : [...ROWS, ...activationRows()];
  for (const row of rows) {
    if (`${row.group} ${row.name}`.includes(filter)) await measure(await kernelRow(engine, row));
  }
  for (const name of OPTIMIZERS) {
    for (const size of [2 ** 20, 10 * 2 ** 20]) {
      if (`optimizer ${name} ${size / 2 ** 20} M`.includes(filter))
        await measure(await optimizerRow(name, size));
    }
  }
  return out;
}
