import { type NonFinitePlace, OptionError } from "../../errors.ts";
import type { Arithmetic } from "../../kernels/arithmetic.ts";
import type { Peer } from "../../runtime/peer.ts";
import type { CallbackState } from "../../train/callbacks.ts";
import type { EpochEnd, Stride, Trainer } from "../../train/trainer.ts";
import type { AnyModel } from "../model.ts";
import type { Compiled } from "../objective.ts";
import { modelTensors } from "../save.ts";
import { type Variable, setValuesOf, valuesOf } from "../variables.ts";
import { flagsOf } from "./layerFlags.ts";
import { parcelOf } from "./parcel.ts";
import type { Answer, Changes, Refused, Report, TrainingReady } from "./protocol.ts";

/** What the worker knows of the model: to see what is changed here. */
export class Sent {
  /** What the optimizer carries. */
  state: Readonly<Record<string, number>>;
  /** Whether each layer may be trained; null before the model is built. */
  trainable: readonly boolean[] | null;
  /** Versions of the values. */
  readonly versions: Map<Variable, number>;

  constructor(model: AnyModel) {
    this.state = { ...model.optimizerNumbers.state };
    this.trainable = model.built ? flagsOf(model) : null;
    this.versions = new Map(model.variables.map((v) => [v, v.cell.version]));
  }

  /** Whether a variable's values were set here, or another model has trained them. */
  isStale(v: Variable): boolean {
    return v.cell.at !== null || v.cell.version !== (this.versions.get(v) ?? 0);
  }

  /** Numbers that the optimizer was given here. */
  given(state: Readonly<Record<string, number>>): Record<string, number> {
    const changed = Object.entries(state).filter(([key, value]) => this.state[key] !== value);
    return Object.fromEntries(changed);
  }
}

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
  /** Whether batches were trained on that no report tells of yet. */
  private behind = false;
  private readonly sent: Sent;

  constructor(peer: Peer, model: AnyModel, ready: TrainingReady, sent: Sent) {
    this.peer = peer;
    this.model = model;
    this.compiled = model.compiled;
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
    const { sent } = this;
    const { state } = model.optimizerNumbers;
    const given = sent.given(state);
    sent.state = { ...state };
    const flags = flagsOf(model);
    const trainable = flags.join() === sent.trainable?.join() ? null : flags;
    sent.trainable = flags;
    const values: [number, Float32Array<ArrayBuffer>][] = [];
    model.variables.forEach((v, i) => {
      if (!sent.isStale(v)) return;
      const own = valuesOf(v)!;
      setValuesOf(v, own);
      sent.versions.set(v, v.cell.version);
      values.push([i, own]);
    });
    return { state: given, trainable, values };
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
    this.behind = false;
    this.numbers = numbers;
    this.means = results;
    // A rate that was set while the worker was busy stays, and is sent with the next message.
    const given = this.sent.given(model.optimizerNumbers.state);
    this.sent.state = { ...state };
    const slots = weights?.slots ?? model.optimizerSnapshot().slots;
    weights?.values.forEach((values, i) => {
      const v = model.variables[i]!;
      setValuesOf(v, values);
      this.sent.versions.set(v, v.cell.version);
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

  async stride(): Promise<Stride> {
    const { refused, ...stride } = await this.call<Stride & { refused: Refused | null }>("stride");
    this.refused = refused;
    this.behind = stride.more;
    return stride;
  }

  retake(): void {}

  /** Where training is stopped in the middle of an epoch, the last batches were not reported. */
  async gather(): Promise<void> {
    if (this.behind) await this.sync();
  }

  async nonFinite(): Promise<{ loss: number; place: NonFinitePlace }> {
    return this.refused!;
  }

  results(): Record<string, number> {
    return { ...this.means };
  }

  evaluate(): Promise<Record<string, number>> {
    return this.call("evaluate");
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
}
