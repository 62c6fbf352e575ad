import { OptionError } from "../../errors.ts";
import { type Description, descriptionOf } from "../../train/data/described.ts";
import type { History } from "../../train/history.ts";
import { train } from "../../train/loop.ts";
import type { FitEpoch } from "../../train/trainer.ts";
import type { DataLike } from "../data.ts";
import { noticesOf } from "../fit.ts";
import type { AllFitOptions, FitOptions } from "../fitOptions.ts";
import type { AnyModel } from "../model.ts";
import { FarTrainer } from "./farTrainer.ts";
import { borrow, giveBack } from "./borrow.ts";
import type { Link } from "./link.ts";
import { PackedData } from "./packData.ts";
import { placeModel } from "./placeModel.ts";
import type { TrainingReady, TrainingStart } from "./protocol.ts";
import { sendTensors } from "./upload.ts";

/** Sends the model and the data, and starts the training. */
async function start(
  link: Link,
  model: AnyModel,
  [x, y]: readonly [DataLike | Description, DataLike | null],
  options: AllFitOptions,
  given: FitOptions,
): Promise<FarTrainer> {
  const { peer, batches } = link;
  const packed = new PackedData(model, "fit");
  const validation = (): unknown => {
    const { validationData } = options;
    const dataset = descriptionOf(validationData);
    if (dataset) {
      const batchSize = dataset.stage.batching ? undefined : options.batchSize;
      return batches.add(dataset, "fit: validationData", batchSize);
    }
    if (!Array.isArray(validationData)) return validationData;
    const [vx, vy, weight] = validationData as readonly unknown[];
    return [packed.x(vx), packed.y(vy), packed.weight(weight)];
  };
  const { epochs, batchSize, validationSplit, shuffle, seed, classWeight, onNonFinite } = given;
  const plain = { epochs, validationSplit, shuffle, seed, classWeight, onNonFinite };
  const message: TrainingStart = {
    options: y === null ? plain : { ...plain, batchSize },
    x: y === null ? batches.add(x as Description, "fit", batchSize) : packed.x(x),
    y: packed.y(y),
    sampleWeight: packed.weight(options.sampleWeight),
    validationData: validation(),
  };
  const { compiled } = model;
  model.release();
  const sent = await placeModel(link, model, true);
  await sendTensors(peer, packed.tensors, options.signal);
  const ready = await peer.call<TrainingReady>("start", message);
  sent.built(model, ready.inputShape); // what it draws goes along with the first message
  return new FarTrainer(peer, model, compiled, ready, sent);
}

/**
 * `fitIterator` with the steps in a worker.
 *
 * @throws OptionError where the model or a callback cannot cross to another thread
 * @throws EngineError where the worker does not start, or ends
 */
export async function* fitInWorker(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: AllFitOptions,
  given: FitOptions,
): AsyncGenerator<FitEpoch, History, void> {
  for (const { name, looksInside } of options.callbacks) {
    if (!looksInside) continue;
    throw new OptionError(
      `fit: callback "${name}" looks into the memory of the engine that trains, and a worker has its own; leave out the callback, or worker`,
    );
  }
  const link = await borrow(model, options.worker, {
    subject: "fit",
    signal: options.signal,
    cure: "the model has the values of the last hook or epoch",
  });
  let far: FarTrainer | null = null;
  let failed = false;
  try {
    far = await start(link, model, [x, y], options, given);
    return yield* train(far, { ...options, notices: noticesOf(y, options, far) });
  } catch (error) {
    failed = true;
    // The model keeps what was trained, as it does without a worker.
    await far?.sync().catch(() => {});
    throw error;
  } finally {
    await far?.end().catch(() => (failed = true));
    // What it knows of the model is in doubt.
    if (failed) await link.close("its training failed");
    else await giveBack(model, link);
  }
}
