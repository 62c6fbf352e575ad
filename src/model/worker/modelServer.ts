import { OptionError } from "../../errors.ts";
import { type Engine, initWith } from "../../kernels/engine.ts";
import { holdLifeline } from "../../runtime/lifeline.ts";
import { type Handlers, type Moved, type Peer, moved } from "../../runtime/peer.ts";
import type { TensorLike } from "../../tensor/tensor.ts";
import { describe, descriptionOf } from "../../train/data/described.ts";
import { Turns } from "../../train/turns.ts";
import type { DataLike } from "../data.ts";
import { evaluate } from "../evaluate.ts";
import { type CustomObjects, compileFromConfig, fromConfig } from "../fromConfig.ts";
import type { AnyModel } from "../model.ts";
import { outputsOf } from "../predict.ts";
import type { Running } from "../runOptions.ts";
import { setValuesOf } from "../variables.ts";
import { type FarDataset, farDescription } from "./farDataset.ts";
import { setFlags } from "./layerFlags.ts";
import { type Parcel, parcelOf, unpack } from "./parcel.ts";
import type { Changes, EngineStart, ModelStart, PassStart } from "./protocol.ts";
import { Received } from "./received.ts";

/** Milliseconds of work between two messages: how long a signal or a rate that is set may have to wait. */
export const STRIDE = 40;

/** The model that the caller has. @throws OptionError where it has parts that are not known here */
function modelFrom({ config, training, ...start }: ModelStart, custom: CustomObjects): AnyModel {
  let model: AnyModel;
  try {
    model = fromConfig(config, custom);
    if (training) model.compile(compileFromConfig(training, custom));
  } catch (error) {
    throw new OptionError(
      `${start.subject}: the worker cannot make the model: ${(error as Error).message}; what you have defined yourself a worker of yours must know: worker: () => new Worker(new URL("./training.js", import.meta.url), { type: "module" }), and in training.js serveTraining({ customObjects })`,
    );
  }
  start.values.forEach((values, i) => {
    if (values) setValuesOf(model.variables[i]!, values);
  });
  model.restoreOptimizer(start.slots, start.iterations, start.state);
  return model;
}

/** A pass in a message. */
interface Pass {
  /** Null before the model is built. */
  readonly changes: Changes | null;
  readonly start: PassStart;
}

/** The worker's side of a model: one that is held, data for it as they come, and passes over them. */
export class ModelServer {
  private readonly peer: () => Peer;
  private readonly customObjects: CustomObjects;
  private readonly received = new Received();
  private held: AnyModel | null = null;
  readonly handlers: Handlers;

  constructor(peer: () => Peer, customObjects: CustomObjects) {
    this.peer = peer;
    this.customObjects = customObjects;
    this.handlers = {
      hello: holdLifeline,
      engine: async ({ module, ...options }: EngineStart) => void (await initWith(options, module)),
      announce: (list: never) => this.received.announce(list),
      piece: (piece: never) => this.received.piece(piece),
      place: (start: ModelStart) => this.place(start),
      evaluate: (message: Pass) => this.evaluate(message),
      predict: (message: Pass) => this.predict(message),
    };
  }

  private place(start: ModelStart): void {
    this.held?.release();
    this.held = null;
    this.held = modelFrom(start, this.customObjects);
  }

  private evaluate({ changes, start }: Pass): Promise<Record<string, number>> {
    const running = this.running(changes);
    const data = this.unpacker();
    const [x, y] = [data(start.x) as DataLike, data(start.y) as DataLike | null];
    const { batchSize } = start;
    const sampleWeight = data(start.sampleWeight) as TensorLike | undefined;
    const options = {
      ...(batchSize !== undefined && { batchSize }),
      ...(sampleWeight !== undefined && { sampleWeight }),
    };
    return evaluate(this.model, descriptionOf(x) ?? x, y, options, running);
  }

  private async predict({ changes, start }: Pass): Promise<Moved<Parcel[]>> {
    const running = this.running(changes);
    const x = this.unpacker()(start.x) as DataLike;
    const dataset = descriptionOf(x);
    const { batchSize } = start;
    const outputs = await outputsOf(this.model, dataset ?? x, !!dataset, batchSize, running);
    return moved(
      outputs.map(parcelOf),
      outputs.map(({ data }) => data.buffer as ArrayBuffer),
    );
  }

  /** How a pass goes with what the caller has changed; where it builds the model, with what the caller knows of it. */
  private running(changes: Changes | null): Running {
    if (changes) this.take(changes);
    const start = async (): Promise<Engine> => {
      const inputShape = [...this.model.topology.inputs[0]!.shape];
      if (!changes) this.take(await this.peer().call<Changes>("built", inputShape));
      return this.model.start();
    };
    return { turns: this.turns(), start };
  }

  /** Turns at which the caller answers with the reason of a signal that was aborted. */
  turns(): Turns {
    return new Turns(STRIDE, () => this.peer().call("proceed", null));
  }

  /** The model that was placed. */
  get model(): AnyModel {
    return this.held!;
  }

  /** Takes over what the caller has changed. */
  take({ values, state, trainable }: Changes): void {
    const { model } = this;
    for (const [index, own] of values) setValuesOf(model.variables[index]!, own);
    Object.assign(model.optimizerNumbers.state, state);
    if (trainable) setFlags(model, trainable);
  }

  /** Unpacks data that was sent: tensors, or a dataset whose batches are asked for. */
  unpacker(): (data: unknown) => unknown {
    const tensors = this.received.take();
    return (data) => {
      if (typeof data !== "object" || data === null || !("stage" in data))
        return unpack(data, tensors);
      const dataset = {};
      describe(dataset, farDescription(this.peer(), data as FarDataset));
      return dataset;
    };
  }
}
