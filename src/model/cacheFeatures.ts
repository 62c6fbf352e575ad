import { OptionError, withDefaults } from "../errors.ts";
import type { Dataset } from "../train/data/dataset.ts";
import { descriptionOf } from "../train/data/described.ts";
import type { Sample } from "../train/data/sample.ts";
import type { AnyModel } from "./model.ts";

/** Options of `cacheFeatures`. */
export interface CacheFeaturesOptions {
  /** Samples that the model sees at a time, where the dataset has no batches. Default 32. */
  batchSize: number;
}

/**
 * What a frozen model makes of each sample, computed once and kept in memory with the labels: a head is then trained on
 * features, and the frozen part runs once an image, not once an epoch. The head's weights become the same bits as those
 * of a training of both together, as long as the frozen part draws nothing at random (dropout drops in training, frozen
 * or not). Images that `map` changes in each epoch are kept as the first one saw them.
 *
 * @param model  what the samples go through, in inference mode
 * @param data   a dataset whose order is fixed: shuffle what is returned
 * @throws OptionError where `data` is no dataset or is shuffled
 *
 * @example
 *     const features = await cacheFeatures(base, images);
 *     await head.fit(features.shuffle(1).batch(32), { epochs: 20 });
 */
export async function cacheFeatures(
  model: AnyModel,
  data: Dataset,
  options: Partial<CacheFeaturesOptions> = {},
): Promise<Dataset> {
  const { batchSize } = withDefaults<CacheFeaturesOptions>(
    "cacheFeatures",
    { batchSize: 32 },
    options,
  );
  const description = descriptionOf(data);
  if (!description)
    throw new OptionError(
      "cacheFeatures: data must be a dataset, dataset.fromArrays(x, y) for arrays; the features of x alone are await model.predict(x)",
    );
  if (description.stage.seed !== null)
    throw new OptionError(
      "cacheFeatures: data must come unshuffled, as every epoch has another order; shuffle what it returns",
    );
  const batches = description.stage.batching ? data : data.batch(batchSize);
  const features = batches.map(async ({ x, ...labels }) => {
    return { x: (await model.predict(x, { batchSize: "all" })) as Sample["x"], ...labels };
  });
  return features.unbatch().cache();
}
