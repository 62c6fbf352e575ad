import { DataError, OptionError } from "../errors.ts";
import { type Json, decodeJson, encodeJson } from "../io/json.ts";
import { decodeSealed, encodeSealed } from "../io/sealed.ts";
import { type Arithmetic, printArithmetic, sameArithmetic } from "../kernels/arithmetic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Callback, CallbackState } from "./callbacks.ts";
import { History } from "./history.ts";
import type { Trainer } from "./trainer.ts";

/** Layout of a checkpoint; raised when an older reader could not understand a newer one. */
const FORMAT = "1";

/** Where training stands. */
export interface Position {
  /** From 0. */
  epoch: number;
  /** Batches of the epoch that are done. */
  batch: number;
  history: History;
}

/** A checkpoint that was read, and is whole. */
export interface Checkpoint {
  /** For messages. */
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly epoch: number;
  readonly batch: number;
  /** Whether training had been told to end. */
  readonly stopped: boolean;
  readonly history: Pick<History, "epoch" | "history" | "seconds" | "notices">;
  readonly trainer: CallbackState["values"];
  readonly callbacks: Readonly<Record<string, CallbackState["values"]>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** What the tensors of a callback begin with; those of the model and its optimizer have no such name. */
const CALLBACK = "callback/";

/** Callbacks by what their states are called: their names, and a number from the second of a name on. */
function named(callbacks: readonly Callback[]): [string, Callback][] {
  const seen = new Map<string, number>();
  return callbacks.map((callback) => {
    const name = callback.name ?? "callback";
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name} ${count}`, callback];
  });
}

/**
 * Everything that training needs to go on, as one safetensors file: weights and slots by name, as in a model's file,
 * so that `loadWeights` reads it too; the states of callbacks; and in its notes where training stands.
 */
export function encodeCheckpoint(
  trainer: Trainer,
  { epoch, batch, history }: Position,
  callbacks: readonly Callback[],
): Uint8Array<ArrayBuffer> {
  const own = trainer.state();
  const tensors: [string, Tensor][] = [...own.tensors];
  const states: Record<string, Json> = {};
  for (const [key, callback] of named(callbacks)) {
    const state = callback.state?.();
    if (!state) continue;
    states[key] = state.values;
    for (const [name, t] of state.tensors ?? []) tensors.push([`${CALLBACK}${key}/${name}`, t]);
  }
  const record = {
    arithmetic: { ...trainer.arithmetic },
    epoch,
    batch,
    stopped: trainer.model.stopTraining,
    history: {
      epoch: history.epoch,
      history: history.history,
      seconds: history.seconds,
      notices: history.notices,
    },
    trainer: own.values,
    callbacks: states,
  };
  return encodeSealed(tensors, [
    ["thalweg-checkpoint", FORMAT],
    ["training", encodeJson(record)],
  ]);
}

/** Reads a checkpoint. @throws DataError where it is none, is damaged or cut off */
export function decodeCheckpoint(bytes: Uint8Array, name: string = ""): Checkpoint {
  const { tensors, metadata } = decodeSealed(bytes, "checkpoint", name);
  const subject = name === "" ? "checkpoint" : `checkpoint ${JSON.stringify(name)}`;
  const format = metadata.get("thalweg-checkpoint");
  if (format !== FORMAT) {
    throw new DataError(
      `${subject}: has format ${format ?? "none"}, this version reads ${FORMAT}; it is no checkpoint, or one of another version`,
    );
  }
  // The checksum vouches for what was written.
  const record = decodeJson(metadata.get("training")!) as object as Omit<Checkpoint, "tensors">;
  return { ...record, name, tensors };
}

/** @throws OptionError where training would not go on to the bit */
function checkArithmetic({ arithmetic, name }: Checkpoint, now: Arithmetic): void {
  if (sameArithmetic(arithmetic, now)) return;
  throw new OptionError(
    `resume${name === "" ? "" : ` "${name}"`}: the arithmetic must be that of the checkpoint (${printArithmetic(arithmetic)}), got ${printArithmetic(now)}; ` +
      "results would be others: allow it with allowInexact: true, or train with init({ reproducible: true }), which is the same everywhere",
  );
}

/**
 * Puts everything back as a checkpoint holds it.
 *
 * @throws OptionError under another arithmetic, unless allowed
 * @throws DataError where it is of another training
 */
export async function restoreCheckpoint(
  checkpoint: Checkpoint,
  allowInexact: boolean,
  trainer: Trainer,
  position: Position,
  callbacks: readonly Callback[],
): Promise<void> {
  if (!allowInexact) checkArithmetic(checkpoint, trainer.arithmetic);
  const own = [...checkpoint.tensors].filter(([name]) => !name.startsWith(CALLBACK));
  await trainer.restore({ values: checkpoint.trainer, tensors: new Map(own) });
  trainer.model.stopTraining = checkpoint.stopped;
  position.epoch = checkpoint.epoch;
  position.batch = checkpoint.batch;
  const { history } = position;
  const { notices, ...lists } = checkpoint.history;
  const fresh = history.notices.filter((text) => !notices.includes(text));
  position.history = Object.assign(new History(), lists, { notices: [...notices, ...fresh] });
  for (const [key, callback] of named(callbacks)) {
    if (!callback.restore) continue;
    const values = checkpoint.callbacks[key];
    if (!values) {
      position.history.notices.push(
        `resume: the checkpoint knows nothing of the callback "${key}"; it begins anew`,
      );
      continue;
    }
    const prefix = `${CALLBACK}${key}/`;
    const tensors = [...checkpoint.tensors].filter(([name]) => name.startsWith(prefix));
    await callback.restore({
      values,
      tensors: new Map(tensors.map(([name, t]) => [name.slice(prefix.length), t])),
    });
  }
}
