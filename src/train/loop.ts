import { NonFiniteError } from "../errors.ts";
import { printLine } from "../runtime/output.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import type { Callback, TrainingInfo } from "./callbacks.ts";
import { type Position, encodeCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import { type CheckpointSource, openCheckpoint } from "./checkpointStore.ts";
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
    const { trainer, callbacks, position, options } = this;
    const { model, steps, batchSize, samples } = trainer;
    model.stopTraining = false;
    let restored: (() => Promise<void>) | null = null;
    const resume: TrainingInfo["resume"] = (checkpoint, { allowInexact = false } = {}) => {
      restored = () => restoreCheckpoint(checkpoint, allowInexact, trainer, position, callbacks);
    };
    const info: TrainingInfo = {
      epochs: options.epochs,
      steps,
      batchSize,
      samples,
      model,
      leads: trainer.leads,
      checkpoint: () => encodeCheckpoint(trainer, position, callbacks),
      resume,
      notice: (text) => void position.history.notices.push(text),
    };
    for (const c of callbacks) c.setModel?.(model);
    for (const c of callbacks) await c.onTrainBegin?.(info);
    if (options.resumeFrom !== null) {
      const { checkpoint, notice } = await openCheckpoint(options.resumeFrom);
      if (notice !== null) info.notice(notice);
      resume(checkpoint, options);
    }
    await (restored as (() => Promise<void>) | null)?.();
    trainer.retake();
  }

  /** Trains on the batches of an epoch. @returns false where training ends at a loss that is not finite */
  async batches(turns: Turns): Promise<boolean> {
    const { trainer, position, callbacks } = this;
    const { signal, onNonFinite } = this.options;
    const { model } = trainer;
    const begins = listeners(callbacks, "onBatchBegin");
    const ends = listeners(callbacks, "onBatchEnd");
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
        for (const c of begins) await c.onBatchBegin(step);
        trainer.retake();
      }
      const loading = trainer.ready(count);
      if (loading) await loading;
      if (!trainer.step(count)) {
        if (onNonFinite === "stop") return false;
        if (onNonFinite === "throw") {
          const { loss, place } = trainer.nonFinite();
          throw new NonFiniteError(
            `fit: the loss is ${loss} at epoch ${position.epoch + 1}, batch ${step + 1}; ${place.text}; try a smaller learningRate, globalClipNorm: 1, or scaled inputs`,
            place,
          );
        }
      }
      position.batch = step + 1;
      if (ends.length > 0) {
        const logs = trainer.results();
        for (const c of ends) await c.onBatchEnd(step, logs);
        trainer.retake();
      }
      if (turns.due()) {
        await yieldToLoop();
        turns.taken();
        trainer.retake();
      }
    }
    return true;
  }

  /** Means of the epoch, those of the validation, and the rate. */
  async results(): Promise<Record<string, number>> {
    const { trainer, callbacks } = this;
    trainer.gather();
    const results = trainer.results();
    let measured: Record<string, number> = {};
    if (trainer.validates) {
      for (const c of callbacks) await c.onTestBegin?.();
      trainer.retake();
      measured = await trainer.evaluate();
      for (const c of callbacks) await c.onTestEnd?.(measured);
      trainer.retake();
    }
    const { gradientNorm, learningRate } = trainer.endEpoch();
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
    trainer.beginEpoch(epoch, position.batch);
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
  trainer.endTraining();
  const { history } = position;
  const last = Object.fromEntries(
    Object.keys(history.history).map((name) => [name, history.last(name)]),
  );
  for (const c of callbacks) await c.onTrainEnd?.(last);
  return history;
}
