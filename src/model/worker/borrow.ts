import { OptionError, shown } from "../../errors.ts";
import { afterIdle } from "../../runtime/idle.ts";
import type { AnyModel } from "../model.ts";
import { keptWorkers } from "../keptWorkers.ts";
import type { RunOptions } from "../runOptions.ts";
import { type Link, type Use, openLink } from "./link.ts";

/** Milliseconds that a worker without work is kept: it holds a copy of the model. */
const IDLE = 30_000;

/**
 * A worker for a call of a model: the one of the call before where it is kept and free, or a new one. The caller gives
 * it back, or closes it.
 *
 * @throws OptionError, and EngineError in words why it does not start
 */
export async function borrow(
  model: AnyModel,
  worker: RunOptions["worker"],
  use: Use,
): Promise<Link> {
  if (worker !== true && typeof worker !== "function") {
    throw new OptionError(
      `${use.subject}: worker must be true, or a function that starts a worker, got ${shown(worker)}`,
    );
  }
  // With what `compile` was told by name: a hook that predicts would load it in the middle of a training.
  const engine = await model.start();
  const link = keptWorkers.get(model)?.take() as Link | undefined;
  if (link && !link.ended) {
    if (link.worker === worker && link.engine === engine) {
      link.use = use;
      return link;
    }
    await link.close("another is used");
  }
  return openLink(worker, engine, use);
}

/** Keeps a worker for the model's next call, until the model is released, or for a while. */
export async function giveBack(model: AnyModel, link: Link): Promise<void> {
  await link.batches.close();
  if (link.ended) return;
  keptWorkers.get(model)?.close(); // of two calls at once one worker is kept
  const take = (): Link => {
    stop();
    keptWorkers.delete(model);
    return link;
  };
  const close = (): void => void take().close("it was not needed");
  const stop = afterIdle(IDLE, close);
  keptWorkers.set(model, { take, close });
}
