import { withDefaults } from "../../errors.ts";
import { type Handlers, type Moved, moved } from "../../runtime/peer.ts";
import type { TensorLike } from "../../tensor/tensor.ts";
import type { CallbackState } from "../../train/callbacks.ts";
import { descriptionOf } from "../../train/data/described.ts";
import type { Stride } from "../../train/trainer.ts";
import { Turns } from "../../train/turns.ts";
import type { DataLike } from "../data.ts";
import { FIT_DEFAULTS, type FitOptions } from "../fitOptions.ts";
import { sourcesOf } from "../fitSources.ts";
import { FitTrainer } from "../fitTrainer.ts";
import { type ModelServer, STRIDE } from "./modelServer.ts";
import { type Parcel, tensorOf } from "./parcel.ts";
import type { Answer, Changes, Refused, Report, TrainingReady, TrainingStart } from "./protocol.ts";

/** The state of a trainer in a message. */
interface PackedState {
  readonly values: CallbackState["values"];
  readonly tensors: readonly (readonly [string, Parcel])[];
}

/** What a report after a call holds: all where the caller may look at the model afterwards. */
type Extent = "nothing" | "numbers" | "all";

/** The worker's side of a training: one trainer, whose methods are called by messages. */
export class TrainingServer {
  private readonly models: ModelServer;
  private skips = false;
  private trainer: FitTrainer | null = null;
  readonly handlers: Handlers;

  constructor(models: ModelServer) {
    this.models = models;
    this.handlers = {
      start: (message: TrainingStart) => this.start(message),
      beginEpoch: this.called("nothing", (trainer, at: { epoch: number; batch: number }) =>
        trainer.beginEpoch(at.epoch, at.batch),
      ),
      next: this.called("nothing", (trainer) => trainer.next()),
      step: this.called("all", (trainer, count: number) => this.step(trainer, count)),
      stride: this.called(
        ({ more }: Stride) => (more ? "numbers" : "all"),
        (trainer, most: number) => this.stride(trainer, most),
      ),
      validate: this.called("nothing", (trainer) => trainer.evaluate()),
      judged: this.called("nothing", (trainer) => trainer.judged()),
      endEpoch: this.called("numbers", (trainer) => trainer.endEpoch()),
      endTraining: this.called("all", (trainer) => trainer.endTraining()),
      restore: this.called("all", (trainer, state: PackedState) => {
        const tensors = state.tensors.map(([name, t]) => [name, tensorOf(t)] as const);
        return trainer.restore({ values: state.values, tensors: new Map(tensors) });
      }),
      sync: this.called("all", () => null),
      end: () => this.end(),
    };
  }

  /** Makes the plans of the model that was placed. */
  private async start({ options, ...message }: TrainingStart): Promise<TrainingReady> {
    const { model } = this.models;
    const unpacked = this.models.unpacker();
    const own: FitOptions = {
      ...options,
      sampleWeight: unpacked(message.sampleWeight) as TensorLike | undefined,
      validationData: unpacked(message.validationData) as FitOptions["validationData"],
    };
    const all = withDefaults("fit", FIT_DEFAULTS, own);
    this.skips = all.onNonFinite === "skip";
    const x = unpacked(message.x) as DataLike;
    const y = unpacked(message.y) as DataLike | null;
    const [source, held] = await sourcesOf(model, descriptionOf(x) ?? x, y, all, own);
    const seed = all.seed ?? model.seed;
    const trainer = new FitTrainer(model, await model.start(), {
      ...{ source, held, seed, share: null },
      turns: () => this.models.turns(),
    });
    this.trainer = trainer;
    await trainer.prepare();
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
      this.models.take(changes);
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
  private async stride(
    trainer: FitTrainer,
    most: number,
  ): Promise<Stride & { refused: Refused | null }> {
    const turns = new Turns(STRIDE);
    for (let batches = 0; ; batches++) {
      if (batches === most || (batches > 0 && turns.due()))
        return { batches, more: true, finite: true, refused: null };
      const next = trainer.next();
      const count = typeof next === "number" ? next : await next;
      if (count === 0) return { batches, more: false, finite: true, refused: null };
      const loading = trainer.ready(count);
      if (loading) await loading;
      if (!trainer.step(count) && !this.skips)
        return { batches, more: false, finite: false, refused: await trainer.nonFinite() };
    }
  }

  /** Gives the data's memory back. */
  private async end(): Promise<void> {
    const { trainer } = this;
    this.trainer = null;
    await trainer?.end();
  }
}
