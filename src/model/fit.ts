import { withDefaults } from "../errors.ts";
import type { History } from "../train/history.ts";
import type { Description } from "../train/data/described.ts";
import { train } from "../train/loop.ts";
import type { FitEpoch } from "../train/trainer.ts";
import type { DataLike } from "./data.ts";
import { FIT_DEFAULTS, type FitOptions } from "./fitOptions.ts";
import { sourcesOf } from "./fitSources.ts";
import { FitTrainer } from "./fitTrainer.ts";
import type { AnyModel } from "./model.ts";

/**
 * Trains a model, an epoch at a time; see `Model.fitIterator`.
 *
 * @param x  samples, or what describes a dataset
 * @param y  labels; null with a dataset
 */
export async function* fitIterator(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  given: FitOptions,
): AsyncGenerator<FitEpoch, History, void> {
  const options = withDefaults("fit", FIT_DEFAULTS, given);
  const { epochs, batchSize } = options;
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new RangeError(`fit: epochs must be a whole number >= 0, got ${String(epochs)}`);
  }
  if (options.seed !== undefined && !model.built) model.seed = options.seed;
  const seed = options.seed ?? model.seed;
  const [source, held] = await sourcesOf(model, x, y, options, given);
  let trainer: FitTrainer | null = null;
  try {
    const { batch, samples } = source;
    trainer = new FitTrainer(model, await model.runner(FitTrainer.weighs(source, held)), {
      source,
      held,
      seed,
      group: options.group,
    });
    await trainer.prepare();
    const notices: string[] = [];
    if (y !== null && batchSize !== "all" && batchSize > batch) {
      notices.push(
        `fit: batchSize ${batchSize} is more than the ${samples} samples; ${batch} is used`,
      );
    }
    return yield* train(trainer, { ...options, notices });
  } finally {
    if (trainer) await trainer.end();
    else {
      await source.end();
      await held?.end();
    }
  }
}

/** Trains a model to the end; see `Model.fit`. */
export async function fit(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  given: FitOptions,
): Promise<History> {
  const epochs = fitIterator(model, x, y, given);
  for (;;) {
    const result = await epochs.next();
    if (result.done) return result.value;
  }
}
