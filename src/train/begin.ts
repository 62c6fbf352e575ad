import { tensor } from "../tensor/tensor.ts";
import type { Callback, TrainingInfo } from "./callbacks.ts";
import { type Position, encodeCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import { openCheckpoint } from "./checkpointStore.ts";
import { checkHooks } from "./hooks.ts";
import type { LoopOptions } from "./loop.ts";
import type { Trainer } from "./trainer.ts";

/** A training that is about to begin. */
export interface Beginning {
  readonly trainer: Trainer;
  readonly options: LoopOptions;
  /** In the order in which they are called. */
  readonly callbacks: readonly Callback[];
  readonly position: Position;
}

/**
 * Tells the callbacks that training begins, and puts back what a checkpoint holds: what only trainings with callbacks,
 * or that resume, load.
 */
export async function begin({ trainer, callbacks, position, options }: Beginning): Promise<void> {
  checkHooks(callbacks);
  const { model, steps, batchSize, samples } = trainer;
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
    judged: async () => {
      const values = await trainer.judged();
      return values && model.getWeights().map(({ shape }, i) => tensor(values[i]!, shape));
    },
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
}
