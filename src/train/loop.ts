import { NonFiniteError } from "../errors.ts";
import { printLine } from "../runtime/output.ts";
import type { Callback, Logs } from "./callbacks.ts";
import type { Position } from "./checkpoint.ts";
import type { CheckpointSource } from "./checkpointStore.ts";
import { epochLine } from "./epochLine.ts";
import { History } from "./history.ts";
import type { FitEpoch, Trainer } from "./trainer.ts";
import { Turns } from "./turns.ts";

/** How the loop goes. */
export interface LoopOptions {
  readonly epochs: number;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | null;
  readonly onNonFinite: "throw" | "skip" | "stop";
  readonly verbose: 0 | 1;
  readonly resumeFrom: CheckpointSource | null;
  readonly allowInexact: boolean;
  /** What was done otherwise than asked, so far. */
  readonly notices: readonly string[];
}

/** Hooks that somebody listens to: the others cost a step nothing. */
function listeners<K extends "onBatchBegin" | "onBatchEnd">(
  callbacks: readonly Callback[],
  hook: K,
): (Callback & Required<Pick<Callback, K>>)[] {
  return callbacks.filter((c): c is Callback & Required<Pick<Callback, K>> => !!c[hook]);
}

/** One training: its place in the epochs, and what it tells the callbacks. */
class Training {
  readonly trainer: Trainer;
  readonly options: LoopOptions;
  readonly callbacks: readonly Callback[];
  readonly position: Position = { epoch: 0, batch: 0, history: new History() };

  constructor(trainer: Trainer, options: LoopOptions) {
    this.trainer = trainer;
    this.options = options;
    const { callbacks } = options;
    this.callbacks = [...callbacks.filter((c) => !c.last), ...callbacks.filter((c) => c.last)];
    this.position.history.notices.push(...options.notices);
  }

  /** Tells the callbacks that training begins, and puts back what a checkpoint holds. */
  async begin(): Promise<void> {
    const { trainer, callbacks, options } = this;
    trainer.model.stopTraining = false;
    // Without either nobody can ask for a checkpoint: a page then never downloads what makes one.
    if (callbacks.length > 0 || options.resumeFrom !== null)
      await (await import("./begin.ts")).begin(this);
    trainer.retake();
  }

  /** Trains on the batches of an epoch. @returns false where training ends at a loss that is not finite */
  async batches(turns: Turns): Promise<boolean> {
    const { trainer, position, callbacks } = this;
    const { signal, onNonFinite } = this.options;
    const { model } = trainer;
    const begins = listeners(callbacks, "onBatchBegin");
    const ends = listeners(callbacks, "onBatchEnd");
    if (trainer.stride && begins.length === 0) {
      const { strides } = await import("./strides.ts"); // few trainers have them
      return (await strides(this, ends)) || this.stopOrThrow(position.batch);
    }
    for (let step = position.batch; !(model.stopTraining && step > 0); step++) {
      signal?.throwIfAborted();
      const next = trainer.next();
      let count: number;
      if (typeof next === "number") count = next;
      else {
        count = await next;
        trainer.retake();
      }
      if (count === 0) break;
      if (begins.length > 0) {
        for (const c of begins) {
          const waiting = c.onBatchBegin(step);
          if (waiting) await waiting;
        }
        trainer.retake();
      }
      const loading = trainer.ready(count);
      if (loading) await loading;
      const stepping = trainer.step(count);
      const finite = typeof stepping === "boolean" ? stepping : await stepping;
      if (!finite && onNonFinite !== "skip") return this.stopOrThrow(step);
      position.batch = step + 1;
      if (ends.length > 0) {
        let logs: Logs | null = null;
        for (const c of ends) {
          if (c.hears && !c.hears(step)) continue;
          const waiting = c.onBatchEnd(step, (logs ??= trainer.results()));
          if (waiting) await waiting;
        }
        if (logs) trainer.retake();
      }
      if (turns.due()) {
        for (const c of callbacks) c.onTurn?.(step, trainer.results());
        await turns.take();
        trainer.retake();
      }
    }
    return true;
  }

  /** What is done at a loss that is not finite. @returns false: training ends */
  private async stopOrThrow(batch: number): Promise<false> {
    if (this.options.onNonFinite === "stop") return false;
    const { loss, place } = await this.trainer.nonFinite();
    throw new NonFiniteError(
      `fit: the loss is ${loss} at epoch ${this.position.epoch + 1}, batch ${batch + 1}; ${place.text}; try a smaller learningRate, globalClipNorm: 1, or scaled inputs`,
      place,
    );
  }

  /** Means of the epoch, those of the validation, and the rate. */
  async results(): Promise<Record<string, number>> {
    const { trainer, callbacks } = this;
    const gathering = trainer.gather();
    if (gathering) await gathering;
    const results = trainer.results();
    let measured: Record<string, number> = {};
    if (trainer.validates) {
      for (const c of callbacks) await c.onTestBegin?.();
      trainer.retake();
      measured = await trainer.evaluate();
      for (const c of callbacks) await c.onTestEnd?.(measured);
      trainer.retake();
    }
    const { gradientNorm, learningRate } = await trainer.endEpoch();
    if (gradientNorm !== null) results["gradientNorm"] = gradientNorm;
    for (const [name, value] of Object.entries(measured)) results[`val_${name}`] = value;
    results["learning_rate"] = learningRate;
    return results;
  }
}

/**
 * The training loop: epochs of batches, with callbacks, resumption and abortion, over whatever trains. It pauses
 * after each epoch, for as long as it is not asked for the next one.
 */
export async function* train(
  trainer: Trainer,
  options: LoopOptions,
): AsyncGenerator<FitEpoch, History, void> {
  const training = new Training(trainer, options);
  const { position, callbacks } = training;
  await training.begin();
  const turns = new Turns();
  while (position.epoch < options.epochs) {
    const { epoch } = position;
    const { model } = trainer;
    const started = performance.now();
    if (position.batch === 0) {
      if (model.stopTraining) break;
      for (const c of callbacks) await c.onEpochBegin?.(epoch);
    }
    const beginning = trainer.beginEpoch(epoch, position.batch);
    if (beginning) await beginning;
    if (!(await training.batches(turns))) break;
    const results = await training.results();
    const seconds = (performance.now() - started) / 1000;
    position.history.push(epoch, results, seconds);
    position.epoch = epoch + 1;
    position.batch = 0;
    for (const c of callbacks) await c.onEpochEnd?.(epoch, results);
    if (options.verbose && trainer.leads)
      printLine(epochLine(epoch, options.epochs, seconds, results));
    yield { epoch, logs: results };
  }
  await trainer.endTraining();
  const { history } = position;
  const last = Object.fromEntries(
    Object.keys(history.history).map((name) => [name, history.last(name)]),
  );
  for (const c of callbacks) await c.onTrainEnd?.(last);
  return history;
}
