import { OptionError, withDefaults } from "../errors.ts";
import { runningEngine } from "../kernels/engine.ts";
import { regionsOf } from "../memory/regions.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { allocate, sizeOf } from "../shape.ts";
import { Tensor, tensor } from "../tensor/tensor.ts";
import type { Dataset } from "../train/data/dataset.ts";
import { type Description, descriptionOf } from "../train/data/described.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type DataLike, inputsFor } from "./data.ts";
import { type Feed, batchSizes } from "./feed.ts";
import { lazySource } from "./lazySource.ts";
import type { AnyModel, Model } from "./model.ts";
import { ResidentData } from "./resident.ts";
import type { Runner } from "./runner.ts";

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
}

/** Batches between two turns of the event loop. */
const BATCHES_A_TURN = 64;

/** The outputs, batch after batch; pauses now and then, or for what must be loaded, and returns them all. */
function* batches<Predicted>(
  model: Model<Predicted>,
  runner: Runner,
  inputs: readonly Tensor[],
  batch: number,
): Generator<Promise<void> | undefined, Predicted> {
  const rows = inputs[0]!.shape[0]!;
  const steps = batchSizes(rows, batch).map((n) => ["predict", n] as const);
  regionsOf(runner.engine).require("predict", {
    data: ResidentData.bytes([{ x: inputs, y: [], weight: null, rows: 0 }]),
    [`activations of a batch of ${batch}`]: runner.missingBytes(steps),
  });
  const letGo = runner.hold();
  const data = new ResidentData(runner.engine);
  try {
    const source = { x: inputs.map((t) => data.add(t)) };
    const dtypes = inputs.map((t) => t.dtype);
    const loading = runner.prepare(steps, dtypes);
    if (loading) yield loading;
    runner.memory.fetch();
    const outputs = model.topology.outputs.map(({ shape, dtype }) => ({
      shape,
      width: sizeOf(shape),
      data: allocate(dtype, rows * sizeOf(shape)),
    }));
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      const plan = runner.plan("predict", count, dtypes);
      runner.bind(plan, source, 0);
      plan.setUint("cursor", from);
      plan.run();
      outputs.forEach(({ width, data: out }, i) => {
        const at = plan.output(`y${i}`);
        // Without a view of its bytes: making one costs more than copying a small result.
        if (out instanceof Float32Array) {
          const first = at >>> 2;
          out.set(runner.engine.f32.subarray(first, first + count * width), from * width);
          return;
        }
        const bytes = out.BYTES_PER_ELEMENT * width;
        new Uint8Array(out.buffer).set(
          runner.engine.u8.subarray(at, at + count * bytes),
          from * bytes,
        );
      });
      if ((from / batch) % BATCHES_A_TURN !== BATCHES_A_TURN - 1) continue;
      yield undefined;
      runner.memory.fetch();
    }
    return handedOut(
      model,
      outputs.map((one) => tensor(one.data, [rows, ...one.shape])),
    );
  } finally {
    data.free();
    letGo();
  }
}

/** Predictions in the form in which the outputs were given. */
function handedOut<Predicted>(model: Model<Predicted>, outputs: readonly Tensor[]): Predicted {
  const { outputNames } = model.topology;
  const forms = {
    single: () => outputs[0],
    list: () => outputs,
    record: () => Object.fromEntries(outputNames.map((name, i) => [name, outputs[i]])),
  };
  return forms[model.form]() as Predicted;
}

function prepared(
  model: AnyModel,
  x: DataLike,
  options: PredictOptions,
): { inputs: readonly Tensor[]; batch: number } {
  const { batchSize } = withDefaults<Required<PredictOptions>>(
    "predict",
    { batchSize: 32 },
    options,
  );
  const inputs = inputsFor("predict", model, x);
  return { inputs, batch: batchSizeFor("predict", batchSize, inputs[0]!.shape[0]!) };
}

/** The outputs of one batch after the other, copied out of linear memory. */
async function predictStream<Predicted>(
  model: Model<Predicted>,
  description: Description,
  options: PredictOptions,
): Promise<Predicted> {
  const { batchSize } = withDefaults<{ batchSize: number | "all" | undefined }>(
    "predict",
    { batchSize: undefined },
    options,
  );
  const source = await lazySource(description, {
    subject: "predict",
    batchSize,
    resident: false,
    checked: (where, { x }) => {
      const inputs = inputsFor(where, model, x);
      return { x: inputs, y: [], weight: null, rows: inputs[0]!.shape[0]! };
    },
  });
  let [data, feed]: [ResidentData | null, Feed | null] = [null, null];
  const engine = await model.start();
  const runner = model.runnerOn(engine);
  const letGo = runner.hold();
  try {
    data = new ResidentData(runner.engine);
    feed = source.place(data, false);
    feed.begin(0);
    const { outputs } = model.topology;
    const parts: Uint8Array[][] = outputs.map(() => []);
    let rows = 0;
    for (;;) {
      const count = await feed.next();
      if (count === 0) break;
      const loading = runner.prepare([["predict", count]], feed.dtypes);
      if (loading) await loading;
      runner.memory.fetch();
      const plan = runner.plan("predict", count, feed.dtypes);
      runner.bind(plan, feed.source, feed.order);
      plan.setUint("cursor", feed.cursor);
      plan.run();
      outputs.forEach(({ shape }, i) => {
        const at = plan.output(`y${i}`);
        parts[i]!.push(runner.engine.u8.slice(at, at + 4 * sizeOf(shape) * count));
      });
      rows += count;
    }
    return handedOut(
      model,
      outputs.map(({ shape, dtype }, i) => {
        const out = allocate(dtype, rows * sizeOf(shape));
        let at = 0;
        for (const part of parts[i]!) {
          new Uint8Array(out.buffer).set(part, at);
          at += part.length;
        }
        return new Tensor(out, [rows, ...shape], dtype);
      }),
    );
  } finally {
    data?.free();
    letGo();
    await (feed ?? source).end();
  }
}

/** Outputs for some samples, [rows, ...], or for a dataset. */
export async function predict<Predicted>(
  model: Model<Predicted>,
  x: DataLike | Dataset,
  options: PredictOptions,
): Promise<Predicted> {
  const dataset = descriptionOf(x);
  if (dataset) return predictStream(model, dataset, options);
  const { inputs, batch } = prepared(model, x as DataLike, options);
  const engine = await model.start();
  const steps = batches(model, model.runnerOn(engine), inputs, batch);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await (step.value ?? yieldToLoop());
  }
}

/** `predict` without a promise. @throws OptionError before the engine has started */
export function predictSync<Predicted>(
  model: Model<Predicted>,
  x: DataLike,
  options: PredictOptions,
): Predicted {
  const { inputs, batch } = prepared(model, x, options);
  const engine = runningEngine();
  if (!engine)
    throw new OptionError("predictSync: the engine must have started; await init() first");
  const steps = batches(model, model.runnerOn(engine), inputs, batch);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value) {
      steps.return(undefined as never);
      throw new OptionError(
        "predictSync: the kernels of this model are being loaded; await model.predict(x) once before",
      );
    }
  }
}
