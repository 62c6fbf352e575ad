import { type NonFinitePlace, OptionError } from "../../errors.ts";
import type { Arithmetic } from "../../kernels/arithmetic.ts";
import type { Peer } from "../../runtime/peer.ts";
import type { CallbackState } from "../../train/callbacks.ts";
import type { EpochEnd, Stride, Trainer } from "../../train/trainer.ts";
import type { AnyModel } from "../model.ts";
import type { Compiled } from "../objective.ts";
import { modelTensors } from "../save.ts";
import { parcelOf } from "./parcel.ts";
import type { Answer, Changes, Refused, Report, TrainingReady } from "./protocol.ts";
import type { Sent } from "./sent.ts";

/**
 * A model that is trained in a worker, as the training loop sees it. The loop stays with the caller, and with it all
 * callbacks; the worker is asked for steps. Whenever a hook may look, the caller's model has the worker's values, and
 * what a hook changes goes along with the next message.
 */
export class FarTrainer implements Trainer {
  readonly model: AnyModel;
  readonly arithmetic: Arithmetic;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly samples: number | null;
  readonly validates: boolean;
  readonly leads = true;
  private readonly peer: Peer;
  private readonly compiled: Compiled;
  /** Numbers of a checkpoint, as they were reported. */
  private numbers: CallbackState["values"];
  private means: Record<string, number> = {};
  private refused: Refused | null = null;
  /** Whether batches were trained on whose weights were not reported yet. */
  private behind = false;
  private readonly sent: Sent;

  constructor(peer: Peer, model: AnyModel, compiled: Compiled, ready: TrainingReady, sent: Sent) {
    this.peer = peer;
    this.model = model;
    this.compiled = compiled;
    ({
      arithmetic: this.arithmetic,
      steps: this.steps,
      batchSize: this.batchSize,
      samples: this.samples,
      validates: this.validates,
      numbers: this.numbers,
    } = ready);
    this.sent = sent;
  }

  /** What was changed here since the last message. */
  private changes(): Changes {
    const { model } = this;
    if (!model.isCompiled || model.compiled !== this.compiled) {
      throw new OptionError(
        `model "${model.name}": was compiled anew while it is trained; end the training first`,
      );
    }
    return this.sent.changes(model);
  }

  /** Calls the worker, and takes over what it reports. */
  private async call<T>(name: string, argument: unknown = null): Promise<T> {
    const message = { changes: this.changes(), argument };
    const { value, report } = await this.peer.call<Answer<T>>(name, message);
    if (report) this.adopt(report);
    return value;
  }

  private adopt({ numbers, iterations, state, weights, results }: Report): void {
    const { model } = this;
    if (weights) this.behind = false;
    this.numbers = numbers;
    this.means = results;
    // A rate that was set while the worker was busy stays, and is sent with the next message.
    const given = this.sent.given(model.optimizerNumbers.state);
    this.sent.state = { ...state };
    const slots = weights?.slots ?? model.optimizerSnapshot().slots;
    weights?.values.forEach((values, i) => {
      this.sent.adopt(model.variables[i]!, values);
    });
    model.restoreOptimizer(slots, iterations, { ...state, ...given });
  }

  beginEpoch(epoch: number, batch: number): Promise<void> {
    return this.call("beginEpoch", { epoch, batch });
  }

  next(): Promise<number> {
    return this.call("next");
  }

  ready(): undefined {}

  async step(count: number): Promise<boolean> {
    this.refused = await this.call<Refused | null>("step", count);
    return this.refused === null;
  }

  async stride(most: number): Promise<Stride> {
    const { refused, ...stride } = await this.call<Stride & { refused: Refused | null }>(
      "stride",
      most,
    );
    this.refused = refused;
    this.behind = stride.more;
    return stride;
  }

  retake(): void {}

  async show(): Promise<void> {
    if (this.behind) await this.sync();
  }

  /** Where training is stopped in the middle of an epoch, the last batches were not reported. */
  gather(): Promise<void> {
    return this.show();
  }

  async nonFinite(): Promise<{ loss: number; place: NonFinitePlace }> {
    return this.refused!;
  }

  results(): Record<string, number> {
    return { ...this.means };
  }

  evaluate(): Promise<Record<string, number>> {
    return this.call("validate");
  }

  judged(): Promise<Float32Array<ArrayBuffer>[] | null> {
    return this.call("judged");
  }

  endEpoch(): Promise<EpochEnd> {
    return this.call("endEpoch");
  }

  endTraining(): Promise<void> {
    return this.call("endTraining");
  }

  /** Takes the worker's values over, in the middle of an epoch. */
  async sync(): Promise<void> {
    await this.call("sync");
  }

  state(): Required<CallbackState> {
    return {
      values: { ...this.numbers, ...this.model.optimizerProgress() },
      tensors: new Map(modelTensors(this.model)),
    };
  }

  async restore({ values, tensors }: Required<CallbackState>): Promise<void> {
    const parcels = [...tensors].map(([name, t]) => [name, parcelOf(t)] as const);
    await this.call("restore", { values, tensors: parcels });
  }

  /** Lets the worker give the data's memory back. */
  async end(): Promise<void> {
    await this.peer.call("end", null);
  }
}
