import type { Callback, Logs } from "./callbacks.ts";
import type { Position } from "./checkpoint.ts";
import type { Trainer } from "./trainer.ts";

/** A training under way. */
export interface Strided {
  readonly trainer: Trainer;
  readonly options: { readonly signal: AbortSignal | null };
  readonly callbacks: readonly Callback[];
  readonly position: Position;
}

/**
 * Trains on the batches of an epoch where the trainer is elsewhere: on as many at a time as nobody listens to.
 *
 * @param ends  those that listen to single batches
 * @returns false at a loss that is not finite, after `position.batch` batches
 */
export async function strides(
  { trainer, options, callbacks, position }: Strided,
  ends: readonly (Callback & Required<Pick<Callback, "onBatchEnd">>)[],
): Promise<boolean> {
  const { model } = trainer;
  const turning = callbacks.filter((c) => c.onTurn);
  const most = ends.length > 0 ? 1 : Infinity;
  while (!(model.stopTraining && position.batch > 0)) {
    options.signal?.throwIfAborted();
    const { batches, more, finite } = await trainer.stride!(most);
    position.batch += batches;
    if (!finite) return false;
    const batch = position.batch - 1;
    let logs: Logs | null = null;
    if (batches > 0) {
      for (const c of ends) {
        if (c.hears && !c.hears(batch)) continue;
        if (!c.onlyLogs) await trainer.show!();
        await c.onBatchEnd(batch, (logs ??= trainer.results()));
      }
      for (const c of turning) c.onTurn!(batch, (logs ??= trainer.results()));
    }
    if (!more) break;
  }
  return true;
}
