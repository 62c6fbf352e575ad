import type { Tensor } from "../../tensor/tensor.ts";
import type { Description } from "../../train/data/described.ts";
import type { DataLike } from "../data.ts";
import type { AllEvaluateOptions } from "../evaluate.ts";
import type { AnyModel } from "../model.ts";
import type { AllPredictOptions } from "../predict.ts";
import type { RunOptions } from "../runOptions.ts";
import { borrow, giveBack } from "./borrow.ts";
import type { Link } from "./link.ts";
import { PackedData } from "./packData.ts";
import { type Parcel, tensorOf } from "./parcel.ts";
import { placeModel } from "./placeModel.ts";
import type { PassStart } from "./protocol.ts";
import { sendTensors } from "./upload.ts";

/** Samples of a pass, and how it goes. */
interface Pass extends Required<RunOptions> {
  readonly x: DataLike | Description;
  readonly y: DataLike | null;
  readonly sampleWeight?: unknown;
  readonly isDataset: boolean;
  readonly batchSize: number | "all" | undefined;
}

/** Runs a model over samples in a worker. @throws what the call throws without one */
async function passInWorker<T>(
  subject: "evaluate" | "predict",
  model: AnyModel,
  { x, y, sampleWeight, isDataset, batchSize, worker, signal }: Pass,
): Promise<T> {
  const link: Link = await borrow(model, worker, {
    subject,
    signal,
    cure: "the model is as it was; call it again, which starts another worker, or leave out worker",
    built: (inputShape) => {
      const sent = link.sent!;
      sent.built(model, inputShape);
      return sent.changes(model);
    },
  });
  try {
    const sent = await placeModel(link, model, false);
    const packed = new PackedData(model, subject);
    const message: PassStart = isDataset
      ? {
          x: link.batches.add(x as Description, subject, batchSize),
          y: null,
          sampleWeight: packed.weight(sampleWeight),
          batchSize: undefined,
        }
      : { x: packed.x(x), y: packed.y(y), sampleWeight: packed.weight(sampleWeight), batchSize };
    await sendTensors(link.peer, packed.tensors, signal);
    const changes = sent.isBuilt ? sent.changes(model) : null;
    return await link.peer.call<T>(subject, { changes, start: message });
  } catch (error) {
    link.sent = null; // what of the message has come is in doubt
    throw error;
  } finally {
    await giveBack(model, link);
  }
}

/** `evaluate` in a worker. */
export function evaluateInWorker(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: AllEvaluateOptions,
): Promise<Record<string, number>> {
  return passInWorker("evaluate", model, { ...options, x, y, isDataset: y === null });
}

/** The outputs of `predict`, computed in a worker. */
export async function outputsInWorker(
  model: AnyModel,
  x: DataLike | Description,
  isDataset: boolean,
  options: AllPredictOptions,
): Promise<Tensor[]> {
  const pass = { ...options, x, y: null, isDataset };
  return (await passInWorker<Parcel[]>("predict", model, pass)).map(tensorOf);
}
