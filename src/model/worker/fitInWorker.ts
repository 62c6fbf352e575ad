import { EngineError, OptionError } from "../../errors.ts";
import { init, moduleFor } from "../../kernels/engine.ts";
import { type Peer, createPeer } from "../../runtime/peer.ts";
import { decodeBase64, inflate } from "../../runtime/platform.ts";
import { startInline, threadOf } from "../../runtime/startThread.ts";
import type { Thread, ThreadEvents } from "../../runtime/thread.ts";
import type { WorkerLike } from "../../runtime/workerLike.ts";
import { Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";
import { type Description, descriptionOf } from "../../train/data/described.ts";
import type { History } from "../../train/history.ts";
import { train } from "../../train/loop.ts";
import type { FitEpoch } from "../../train/trainer.ts";
import { compileToConfig, toConfig } from "../config.ts";
import type { DataLike } from "../data.ts";
import { noticesOf } from "../fit.ts";
import type { AllFitOptions, FitOptions } from "../fitOptions.ts";
import type { AnyModel } from "../model.ts";
import { isRecord } from "../objective.ts";
import { type Variable, setValuesOf, valuesOf } from "../variables.ts";
import { BatchServer } from "./batchServer.ts";
import { FarTrainer, Sent } from "./farTrainer.ts";
import { pack } from "./parcel.ts";
import type { EngineStart, ModelStart, TrainingReady, TrainingStart } from "./protocol.ts";
import { sendTensors } from "./upload.ts";

/** Milliseconds that a worker has to answer for the first time. */
const START_LIMIT = 30_000;

/** A worker and the messages to it. */
interface Link {
  readonly peer: Peer;
  close(): Promise<void>;
}

/** The text of the library's own worker. */
async function ownScript(): Promise<string> {
  const packed = (await import("../../kernels/wasm/trainingWorker.ts")).default;
  return new TextDecoder().decode(await inflate(decodeBase64(packed)));
}

/** Starts a worker and waits until it answers. @throws EngineError in words why it does not */
async function startWorker(worker: true | (() => WorkerLike), server: BatchServer): Promise<Link> {
  const cause = "the model has the values of the last hook or epoch";
  const events: ThreadEvents = {
    message: (message) => {
      peer.receive(message);
      // A training that is paused and forgotten must not keep the process.
      if (peer.open === 0) thread.unref();
    },
    end: (why) => peer.end(new EngineError(`fit: the worker has ended: ${why}; ${cause}`)),
  };
  let thread: Thread;
  const peer = createPeer((message, moved) => {
    thread.ref();
    thread.post(message, moved);
  }, server.handlers);
  try {
    thread = worker === true ? startInline(await ownScript(), events) : threadOf(worker(), events);
  } catch (error) {
    throw new EngineError(
      `fit: the worker does not start: ${(error as Error).message}; leave out worker, or give it a function that starts a worker of yours with serveTraining()`,
    );
  }
  const close = (): Promise<void> => thread.terminate();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `fit: the worker did not answer for ${START_LIMIT / 1000} s; its module must call serveTraining()`;
    timer = setTimeout(() => reject(new EngineError(text)), START_LIMIT);
  });
  try {
    await Promise.race([peer.call("hello", null), late]);
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { peer, close };
}

/** Whether a layer may know first values that no config has, from data: normalization().adapt(x). */
function isState({ spec }: Variable): boolean {
  return spec.trainable === false;
}

/** The model as the worker needs it. Afterwards the values that count are on the host. */
function modelStart(model: AnyModel): ModelStart {
  const { compiled } = model;
  model.release();
  let configs: Pick<ModelStart, "config" | "training">;
  try {
    configs = { config: toConfig(model), training: compileToConfig(compiled) };
  } catch (error) {
    throw new OptionError(
      `fit: with worker, the model must be one that a file can hold: ${(error as Error).message}, or leave out worker`,
    );
  }
  model.draw(isState);
  const values = model.variables.map((v) => {
    if (v.cell.at) setValuesOf(v, valuesOf(v)!);
    return v.cell.values;
  });
  return { ...configs, values, ...model.optimizerSnapshot() };
}

async function engineStart(): Promise<EngineStart> {
  const engine = await init();
  const { variant, threads, maximumMemory, splitWork } = engine;
  const tile = engine.tiles.settled ? engine.tiles.tile : null;
  return { module: await moduleFor(engine), variant, threads, maximumMemory, splitWork, tile };
}

/** A tensor of an array; what cannot be one the worker shall refuse, as `fit` does here. */
function asTensor(data: unknown): unknown {
  try {
    return tensor(data as TensorLike);
  } catch {
    return data;
  }
}

/** Data with its arrays as tensors: what a message would lose the kind of. */
function tensorsOf(data: unknown, parts: number): unknown {
  if (data instanceof Tensor || ArrayBuffer.isView(data)) return asTensor(data);
  if (isRecord(data)) {
    const entries = Object.entries(data).map(([name, part]) => [name, tensorsOf(part, 1)]);
    return Object.fromEntries(entries);
  }
  if (!Array.isArray(data)) return data;
  const many = parts > 1 || data.some((part) => part instanceof Tensor || ArrayBuffer.isView(part));
  return many ? data.map((part) => tensorsOf(part, 1)) : asTensor(data);
}

/** Sends the data, and starts the training. */
async function start(
  { peer }: Link,
  server: BatchServer,
  model: AnyModel,
  [x, y]: readonly [DataLike | Description, DataLike | null],
  options: AllFitOptions,
  given: FitOptions,
): Promise<FarTrainer> {
  const tensors: Tensor[] = [];
  const [inputs, outputs] = model.built
    ? [model.topology.inputs.length, model.topology.outputs.length]
    : [1, 1];
  const packed = (data: unknown, parts: number): unknown => pack(tensorsOf(data, parts), tensors);
  const validation = (): unknown => {
    const { validationData } = options;
    const dataset = descriptionOf(validationData);
    if (dataset) {
      const batchSize = dataset.stage.batching ? undefined : options.batchSize;
      return server.add(dataset, "fit: validationData", batchSize);
    }
    if (!Array.isArray(validationData)) return validationData;
    const [vx, vy, weight] = validationData as readonly unknown[];
    return [packed(vx, inputs), packed(vy, outputs), packed(weight, 1)];
  };
  const { epochs, batchSize, validationSplit, shuffle, seed, classWeight, onNonFinite } = given;
  const plain = { epochs, validationSplit, shuffle, seed, classWeight, onNonFinite };
  const message: Omit<TrainingStart, "engine" | "model"> = {
    options: y === null ? plain : { ...plain, batchSize },
    x: y === null ? server.add(x as Description, "fit", batchSize) : packed(x, inputs),
    y: packed(y, outputs),
    sampleWeight: packed(options.sampleWeight, 1),
    validationData: validation(),
  };
  const own = modelStart(model);
  const sent = new Sent(model);
  const engine = await engineStart();
  await sendTensors(peer, tensors, options.signal);
  const ready = await peer.call<TrainingReady>("start", { ...message, engine, model: own });
  if (!model.built) model.build(ready.inputShape);
  const far = new FarTrainer(peer, model, ready, sent);
  model.draw(isState); // of a model that was built just now: it goes along with the first message
  return far;
}

/**
 * `fitIterator` with the steps in a worker.
 *
 * @throws OptionError where the model or a callback cannot cross to another thread
 * @throws EngineError where the worker does not start, or ends
 */
export async function* fitInWorker(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: AllFitOptions,
  given: FitOptions,
): AsyncGenerator<FitEpoch, History, void> {
  for (const { name, looksInside } of options.callbacks) {
    if (!looksInside) continue;
    throw new OptionError(
      `fit: callback "${name}" looks into the memory of the engine that trains, and a worker has its own; leave out the callback, or worker`,
    );
  }
  const server = new BatchServer();
  const link = await startWorker(options.worker as true | (() => WorkerLike), server);
  let far: FarTrainer | null = null;
  try {
    far = await start(link, server, model, [x, y], options, given);
    return yield* train(far, { ...options, notices: noticesOf(y, options, far) });
  } catch (error) {
    // The model keeps what was trained, as it does without a worker.
    await far?.sync().catch(() => {});
    throw error;
  } finally {
    await link.close();
    await server.close();
  }
}
