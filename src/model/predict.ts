import { OptionError, withDefaults } from "../errors.ts";
import { runningEngine } from "../kernels/engine.ts";
import { regionsOf } from "../memory/regions.ts";
import { allocate, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import type { Dataset } from "../train/data/dataset.ts";
import { type Description, descriptionOf } from "../train/data/described.ts";
import { Turns } from "../train/turns.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type DataLike, inputsFor } from "./data.ts";
import { elsewhere } from "./elsewhere.ts";
import { batchSizes } from "./feed.ts";
import type { AnyModel, Model } from "./model.ts";
import { ResidentData } from "./resident.ts";
import { type RunOptions, RUN_DEFAULTS, type Running, runningUntil } from "./runOptions.ts";
import type { Runner } from "./runner.ts";

/** Options of `predictSync`. */
export interface PredictSyncOptions {
  /** Samples in a batch, or "all". Default 32. */
  batchSize?: number | "all";
}

/** Options of `predict`. */
export interface PredictOptions extends PredictSyncOptions, RunOptions {}

/** Options of `predict` with the defaults filled in. */
export type AllPredictOptions = Required<RunOptions> & {
  readonly batchSize: number | "all" | undefined;
};

/** The outputs, batch after batch; pauses now and then, or for what must be loaded, and returns them all. */
function* batches(
  model: AnyModel,
  runner: Runner,
  inputs: readonly Tensor[],
  batch: number,
  turns: Turns,
): Generator<Promise<void> | undefined, Tensor[]> {
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
      const lost = plan.attempt();
      if (lost) {
        yield lost;
        runner.memory.fetch();
        from -= batch; // once more
        continue;
      }
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
      if (from + batch >= rows || !turns.due()) continue;
      yield undefined;
      runner.memory.fetch();
    }
    return outputs.map((one) => tensor(one.data, [rows, ...one.shape]));
  } finally {
    data.free();
    letGo();
  }
}

/** Predictions in the form in which the outputs were given. */
export function handedOut<Predicted>(
  model: Model<Predicted>,
  outputs: readonly Tensor[],
): Predicted {
  const { outputNames } = model.topology;
  const forms = {
    single: () => outputs[0],
    list: () => outputs,
    record: () => Object.fromEntries(outputNames.map((name, i) => [name, outputs[i]])),
  };
  return forms[model.form]() as Predicted;
}

/** The outputs for some samples, or for what describes a dataset, in their order. */
export async function outputsOf(
  model: AnyModel,
  x: DataLike | Description,
  isDataset: boolean,
  batchSize: number | "all" | undefined,
  running: Running,
): Promise<Tensor[]> {
  if (isDataset) {
    // A page that predicts from arrays does not download it.
    const { predictDataset } = await import("./predictDataset.ts");
    return predictDataset(model, x as Description, batchSize, running);
  }
  const inputs = inputsFor("predict", model, x as DataLike);
  const batch = batchSizeFor("predict", batchSize ?? 32, inputs[0]!.shape[0]!);
  const { turns } = running;
  const engine = await running.start(model);
  const steps = batches(model, model.runnerOn(engine), inputs, batch, turns);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await (step.value ?? turns.take());
    }
  } finally {
    steps.return([]);
  }
}

/** Outputs for some samples, [rows, ...], or for a dataset. */
export async function predict<Predicted>(
  model: Model<Predicted>,
  x: DataLike | Dataset,
  options: PredictOptions,
): Promise<Predicted> {
  const all = withDefaults<AllPredictOptions>(
    "predict",
    { ...RUN_DEFAULTS, batchSize: undefined },
    options,
  );
  const running = runningUntil("predict", all.signal);
  const dataset = descriptionOf(x);
  const data = dataset ?? (x as DataLike);
  const outputs = all.worker
    ? await (await elsewhere()).outputsInWorker(model, data, !!dataset, all)
    : await outputsOf(model, data, !!dataset, all.batchSize, running);
  return handedOut(model, outputs);
}

/** `predict` without a promise. @throws OptionError before the engine has started */
export function predictSync<Predicted>(
  model: Model<Predicted>,
  x: DataLike,
  options: PredictSyncOptions,
): Predicted {
  const { batchSize } = withDefaults<Required<PredictSyncOptions>>(
    "predictSync",
    { batchSize: 32 },
    options,
    ["batchSize"],
  );
  const inputs = inputsFor("predict", model, x);
  const batch = batchSizeFor("predict", batchSize, inputs[0]!.shape[0]!);
  const engine = runningEngine();
  if (!engine)
    throw new OptionError("predictSync: the engine must have started; await init() first");
  const steps = batches(model, model.runnerOn(engine), inputs, batch, new Turns(Infinity));
  for (;;) {
    const step = steps.next();
    if (step.done) return handedOut(model, step.value);
    if (!step.value) continue;
    steps.return([]);
    throw new OptionError(
      "predictSync: the kernels of this model are being loaded, or a thread was lost; await model.predict(x) once before",
    );
  }
}
