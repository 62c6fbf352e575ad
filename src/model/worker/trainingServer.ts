import { OptionError, withDefaults } from "../../errors.ts";
import { initWith } from "../../kernels/engine.ts";
import { type Handlers, type Moved, type Peer, moved } from "../../runtime/peer.ts";
import type { TensorLike } from "../../tensor/tensor.ts";
import type { CallbackState } from "../../train/callbacks.ts";
import { describe, descriptionOf } from "../../train/data/described.ts";
import type { Stride } from "../../train/trainer.ts";
import { Turns } from "../../train/turns.ts";
import type { DataLike } from "../data.ts";
import { FIT_DEFAULTS, type FitOptions } from "../fitOptions.ts";
import { sourcesOf } from "../fitSources.ts";
import { FitTrainer } from "../fitTrainer.ts";
import { type CustomObjects, compileFromConfig, fromConfig } from "../fromConfig.ts";
import type { AnyModel } from "../model.ts";
import { setValuesOf } from "../variables.ts";
import { type FarDataset, farDescription } from "./farDataset.ts";
import { type Parcel, tensorOf, unpack } from "./parcel.ts";
import type {
  Answer,
  Changes,
  ModelStart,
  Refused,
  Report,
  TrainingReady,
  TrainingStart,
} from "./protocol.ts";
import { setFlags } from "./layerFlags.ts";
import { Received } from "./received.ts";

/** Milliseconds of steps between two messages: how long a signal or a rate that is set may have to wait. */
const STRIDE = 40;

/** The state of a trainer in a message. */
interface PackedState {
  readonly values: CallbackState["values"];
  readonly tensors: readonly (readonly [string, Parcel])[];
}

/** The model that the caller has. @throws OptionError where it has parts that are not known here */
function modelFrom({ config, training, ...start }: ModelStart, custom: CustomObjects): AnyModel {
  let model: AnyModel;
  try {
    model = fromConfig(config, custom);
    model.compile(compileFromConfig(training, custom));
  } catch (error) {
    throw new OptionError(
      `fit: the worker cannot make the model: ${(error as Error).message}; what you have defined yourself a worker of yours must know: worker: () => new Worker(new URL("./training.js", import.meta.url), { type: "module" }), and in training.js serveTraining({ customObjects })`,
    );
  }
  start.values.forEach((values, i) => {
    if (values) setValuesOf(model.variables[i]!, values);
  });
  model.restoreOptimizer(start.slots, start.iterations, start.state);
  return model;
}

/** What a report after a call holds: nothing where the caller does not look at the model afterwards. */
type Extent = "nothing" | "numbers" | "all";

/** The worker's side of a training: one trainer, whose methods are called by messages. */
export class TrainingServer {
  private readonly peer: () => Peer;
  private readonly customObjects: CustomObjects;
  private readonly received = new Received();
  private skips = false;
  private trainer: FitTrainer | null = null;
  readonly handlers: Handlers;

  constructor(peer: () => Peer, customObjects: CustomObjects) {
    this.peer = peer;
    this.customObjects = customObjects;
    this.handlers = {
      hello: () => null,
      announce: (list: never) => this.received.announce(list),
      piece: (piece: never) => this.received.piece(piece),
      start: (message: TrainingStart) => this.start(message),
      beginEpoch: this.called("nothing", (trainer, at: { epoch: number; batch: number }) =>
        trainer.beginEpoch(at.epoch, at.batch),
      ),
      next: this.called("nothing", (trainer) => trainer.next()),
      step: this.called("all", (trainer, count: number) => this.step(trainer, count)),
      stride: this.called(
        ({ more }: Stride) => (more ? "nothing" : "all"),
        (trainer) => this.stride(trainer),
      ),
      evaluate: this.called("nothing", (trainer) => trainer.evaluate()),
      endEpoch: this.called("numbers", (trainer) => trainer.endEpoch()),
      endTraining: this.called("all", (trainer) => trainer.endTraining()),
      restore: this.called("all", (trainer, state: PackedState) => {
        const tensors = state.tensors.map(([name, t]) => [name, tensorOf(t)] as const);
        return trainer.restore({ values: state.values, tensors: new Map(tensors) });
      }),
      sync: this.called("all", () => null),
    };
  }

  /** Makes the engine, the model and its plans. */
  private async start({
    engine,
    model: given,
    options,
    ...message
  }: TrainingStart): Promise<TrainingReady> {
    const { module, ...rest } = engine;
    await initWith(rest, module);
    const tensors = this.received.take();
    const datasetOf = (data: unknown): unknown => {
      if (typeof data !== "object" || data === null || !("stage" in data))
        return unpack(data, tensors);
      const dataset = {};
      describe(dataset, farDescription(this.peer(), data as FarDataset));
      return dataset;
    };
    const model = modelFrom(given, this.customObjects);
    const own: FitOptions = {
      ...options,
      sampleWeight: unpack(message.sampleWeight, tensors) as TensorLike | undefined,
      validationData: datasetOf(message.validationData) as FitOptions["validationData"],
    };
    const all = withDefaults("fit", FIT_DEFAULTS, own);
    this.skips = all.onNonFinite === "skip";
    const x = datasetOf(message.x) as DataLike;
    const y = unpack(message.y, tensors) as DataLike | null;
    const [source, held] = await sourcesOf(model, descriptionOf(x) ?? x, y, all, own);
    const seed = all.seed ?? model.seed;
    const trainer = new FitTrainer(model, await model.start(), { source, held, seed, share: null });
    await trainer.prepare();
    this.trainer = trainer;
    const { arithmetic, steps, batchSize, samples, validates } = trainer;
    return {
      arithmetic,
      steps,
      batchSize,
      samples,
      validates,
      inputShape: [...model.topology.inputs[0]!.shape],
      numbers: trainer.numbers,
    };
  }

  /** A handler that takes over what the caller has changed, and tells where training stands afterwards. */
  private called<A, T>(
    extent: Extent | ((value: T) => Extent),
    run: (trainer: FitTrainer, argument: A) => T | Promise<T>,
  ): (message: { changes: Changes; argument: A }) => Promise<Moved<Answer<T>>> {
    return async ({ changes, argument }) => {
      const trainer = this.trainer!;
      const { model } = trainer;
      for (const [index, values] of changes.values) setValuesOf(model.variables[index]!, values);
      Object.assign(model.optimizerNumbers.state, changes.state);
      if (changes.trainable) setFlags(model, changes.trainable);
      trainer.retake();
      const value = await run(trainer, argument);
      return this.answer(trainer, value, typeof extent === "function" ? extent(value) : extent);
    };
  }

  private answer<T>(trainer: FitTrainer, value: T, extent: Extent): Moved<Answer<T>> {
    if (extent === "nothing") return moved({ value, report: null }, []);
    const { model } = trainer;
    const { iterations, state } = model.optimizerProgress();
    const weights =
      extent === "all" ? { values: model.values(), slots: model.optimizerSnapshot().slots } : null;
    const report: Report = {
      numbers: trainer.numbers,
      iterations,
      state,
      weights,
      results: trainer.results(),
    };
    if (!weights) return moved({ value, report }, []);
    // Slots of frozen variables are no copies: the model keeps them.
    const fresh = model.activeRunner?.memory.trained ?? [];
    const slots = [...weights.slots.values()].flatMap((slot) =>
      fresh.map((v) => slot.get(v.name)!),
    );
    return moved(
      { value, report },
      [...weights.values, ...slots].map((array) => array.buffer),
    );
  }

  /** Trains on the batch that `next` went to. @returns what was refused, or null */
  private async step(trainer: FitTrainer, count: number): Promise<Refused | null> {
    const loading = trainer.ready(count);
    if (loading) await loading;
    return trainer.step(count) ? null : await trainer.nonFinite();
  }

  /** Trains until a message is due. */
  private async stride(trainer: FitTrainer): Promise<Stride & { refused: Refused | null }> {
    const turns = new Turns(STRIDE);
    for (let batches = 0; ; batches++) {
      if (batches > 0 && turns.due()) return { batches, more: true, finite: true, refused: null };
      const next = trainer.next();
      const count = typeof next === "number" ? next : await next;
      if (count === 0) return { batches, more: false, finite: true, refused: null };
      const loading = trainer.ready(count);
      if (loading) await loading;
      if (!trainer.step(count) && !this.skips)
        return { batches, more: false, finite: false, refused: await trainer.nonFinite() };
    }
  }
}
