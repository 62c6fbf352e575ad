import { OptionError, withDefaults } from "../errors.ts";
import type { History } from "../train/history.ts";
import type { Description } from "../train/data/described.ts";
import { train } from "../train/loop.ts";
import type { FitEpoch, Trainer } from "../train/trainer.ts";
import { turnsUntil } from "../train/turns.ts";
import { checkFitOptions } from "./checkFitOptions.ts";
import type { DataLike } from "./data.ts";
import { elsewhere } from "./elsewhere.ts";
import { type AllFitOptions, FIT_DEFAULTS, type FitOptions } from "./fitOptions.ts";
import { sourcesOf } from "./fitSources.ts";
import { FitTrainer } from "./fitTrainer.ts";
import type { AnyModel } from "./model.ts";
import type { Share } from "./share.ts";

/** What is done otherwise than asked. */
export function noticesOf(
  y: DataLike | null,
  { batchSize }: AllFitOptions,
  { batchSize: used, samples }: Pick<Trainer, "batchSize" | "samples">,
): string[] {
  if (y === null || batchSize === "all" || batchSize <= used) return [];
  return [`fit: batchSize ${batchSize} is more than the ${samples} samples; ${used} is used`];
}

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
  const options = withDefaults("fit", FIT_DEFAULTS, given, ["batchSize"]);
  checkFitOptions(options);
  if (options.seed !== undefined && !model.built) model.seed = options.seed;
  if (options.worker) {
    if (options.group) {
      throw new OptionError(
        "fit: worker and group do not go together; a process of a group trains by itself",
      );
    }
    return yield* (await elsewhere()).fitInWorker(model, x, y, options, given);
  }
  const seed = options.seed ?? model.seed;
  const [source, held] = await sourcesOf(model, x, y, options, given);
  let trainer: FitTrainer | null = null;
  try {
    const share = await shareIn(options.group);
    trainer = new FitTrainer(model, await model.start(), {
      ...{ source, held, seed, share },
      turns: () => turnsUntil(options.signal),
    });
    await trainer.prepare();
    return yield* train(trainer, { ...options, notices: noticesOf(y, options, trainer) });
  } finally {
    if (trainer) await trainer.end();
    else {
      await source.end();
      await held?.end();
    }
  }
}

/** This process's part in a training of several; few pages have one, and they alone download it. */
async function shareIn(group: AllFitOptions["group"]): Promise<Share | null> {
  return group && new (await import("./share.ts")).Share(group);
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
