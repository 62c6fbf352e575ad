// Thalweg as a contestant: the public API of dist wherever it reaches.
import * as thalweg from "../build/modules/index.js";
import { Commands } from "../build/modules/kernels/commands.js";
import { kernelsOf } from "../build/modules/kernels/kernels.js";
import { regionsOf } from "../build/modules/memory/regions.js";
import { OptimizerRun } from "../build/modules/optim/optimizerRun.js";
import { gptData, gptIn } from "./gpt.mjs";
import { dataOf, modelIn, uniform } from "./problems.mjs";

export const name = "thalweg";

/** A compiled model of a problem with its initial weights. */
export const modelOf = (problem) => modelIn(thalweg, problem);

/**
 * A step as `fit` takes it: fit over all batches, which lie in linear memory, divided by their number.
 * So everything that `fit` does is in it: cursor, scalars, loss means, turns of the event loop.
 */
function train(problem) {
  const { rows, x, y } = dataOf(problem);
  const samples = thalweg.tensor(x, [rows, ...(problem.shape ?? [problem.inputs])]);
  return fitting(problem, modelOf(problem), samples, thalweg.tensor(y, [rows]));
}

/** Steps of a model on tokens. */
function gpt(problem) {
  const { rows, x, y } = gptData(problem);
  const [samples, labels] = [x, y].map((data) => thalweg.tensor(data, [rows, problem.context]));
  return fitting(problem, gptIn(thalweg, problem), samples, labels);
}

function fitting(problem, model, samples, labels) {
  const fit = (epochs) =>
    model.fit(samples, labels, { epochs, batchSize: problem.batch, shuffle: false });
  return {
    name,
    async: true,
    model,
    check: async () => (await fit(3)).history.loss,
    run: (steps) => fit(steps / problem.batches),
    atOnce: problem.batches,
  };
}

/** Commands in memory of their own, run by one call: for what no public call does alone. */
export function program(engine, emit) {
  const commands = new Commands();
  commands.split = false;
  emit(kernelsOf(commands), commands);
  const base = regionsOf(engine).allocate(commands.bytes);
  commands.place(engine.i32, base);
  const end = base + commands.position;
  const scratch = regionsOf(engine).allocate(2 ** 20 * 4);
  return {
    run: () => engine.run(base, end, scratch),
    free: () => [base, scratch].forEach((address) => regionsOf(engine).free(address)),
    slots: commands.named,
  };
}

/** An optimizer's fused update of `size` parameters in linear memory, scalars of each step included. */
export async function optimizerOver(factory, size) {
  const engine = await thalweg.init();
  const regions = regionsOf(engine);
  const place = (seed) => {
    const address = regions.allocate(4 * size);
    if (seed) engine.f32.set(uniform(size, seed), address >>> 2);
    return address;
  };
  const optimizer = factory();
  const slotNames = optimizer.definition.slots(optimizer.options);
  const memory = {
    engine,
    trainedBytes: 4 * size,
    layout: [{ name: "parameters", offset: 0, size, decays: true }],
    parameters: place(1),
    gradients: place(2),
    slots: new Map(slotNames.map((slot) => [slot, place(0)])),
  };
  const run = new OptimizerRun(optimizer, memory);
  const plan = program(engine, (k, commands) => run.emitUpdate(k, commands));
  return {
    memory,
    step: () => {
      const last = run.beginStep(plan);
      plan.run();
      run.endStep(last);
    },
    close: () => {
      for (const address of [memory.parameters, memory.gradients, ...memory.slots.values()])
        regions.free(address);
      plan.free();
    },
  };
}

async function optimizer({ size }) {
  const { memory, step, close } = await optimizerOver(
    () => thalweg.adam({ learningRate: 1e-3 }),
    size,
  );
  return {
    name,
    close,
    check: () => {
      for (let i = 0; i < 3; i++) step();
      return [
        ...memory.engine.f32.subarray(memory.parameters >>> 2, (memory.parameters >>> 2) + 4),
      ];
    },
    run: (steps) => {
      for (let i = 0; i < steps; i++) step();
    },
  };
}

/** `predictSync` of one batch: samples copied in and outputs copied out at every call. */
async function inference(problem) {
  await thalweg.init();
  const model = modelOf(problem);
  const x = thalweg.tensor(dataOf(problem).x, [
    problem.batch,
    ...(problem.shape ?? [problem.inputs]),
  ]);
  await model.predict(x, { batchSize: "all" }); // loads the kernels
  const predict = () => model.predictSync(x, { batchSize: "all" });
  return {
    name,
    model,
    check: () => [...predict().data.subarray(0, 4)],
    run: (steps) => {
      for (let i = 0; i < steps; i++) predict();
    },
    close: () => model.release(),
  };
}

export async function open(problem) {
  const contestant = await { train, gpt, optimizer, inference }[problem.kind](problem);
  return { close: () => contestant.model?.release(), ...contestant };
}
