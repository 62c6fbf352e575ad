import { OptionError, withDefaults } from "../../errors.ts";
import { activation } from "../../layers/activation.ts";
import { globalAveragePooling2d, globalMaxPooling2d } from "../../layers/globalPooling.ts";
import { type LayerTensor, input } from "../../layers/layerTensor.ts";
import { model } from "../functional.ts";
import type { Model } from "../model.ts";
import type { ApplicationOptions } from "./options.ts";
import type { PublishedFile } from "./published.ts";

export const APPLICATION_DEFAULTS: ApplicationOptions = {
  weights: null,
  weightOptions: {},
  includeTop: true,
  inputShape: [224, 224, 3],
  pooling: null,
  classes: 1000,
};

/** Between an input and its features, or the classifier behind them; and where its weights are. */
export interface Network<O extends ApplicationOptions> {
  readonly name: string;
  readonly defaults: O;
  readonly features: (image: LayerTensor, options: O) => LayerTensor;
  /** Logits of the classes. */
  readonly top: (features: LayerTensor, options: O) => LayerTensor;
  /** The publisher's weights for these options. @throws OptionError where there are none */
  readonly imagenet: (options: O) => PublishedFile;
}

/** The publisher's file for these options. @throws OptionError where it is for others */
function imagenetFile<O extends ApplicationOptions>(
  network: Network<O>,
  options: O,
): PublishedFile {
  const { includeTop, classes, inputShape } = options;
  if (includeTop && classes !== 1000)
    throw new OptionError(
      `${network.name}: classes must be 1000 with the classifier of "imagenet", got ${classes}; take includeTop: false and a head of your own`,
    );
  if (inputShape.at(-1) !== 3)
    throw new OptionError(
      `${network.name}: inputShape must have 3 channels with the weights of "imagenet", got ${inputShape.at(-1)}`,
    );
  return network.imagenet(options);
}

/** Builds a network and reads its weights. @throws OptionError, ShapeError, DataError */
export async function application<O extends ApplicationOptions>(
  network: Network<O>,
  given: Partial<O>,
): Promise<Model> {
  const { name, defaults, features, top } = network;
  const options = withDefaults<O>(name, defaults, given);
  const { weights, weightOptions } = options;
  const image = input(options.inputShape, { name: "image" });
  let x = features(image, options);
  if (options.includeTop)
    x = activation({ activation: "softmax", name: "predictions" })(top(x, options));
  else if (options.pooling === "average") x = globalAveragePooling2d({ name: "pool" })(x);
  else if (options.pooling === "maximum") x = globalMaxPooling2d({ name: "pool" })(x);
  const net = model({ inputs: image, outputs: x, name });
  if (weights === "imagenet") {
    const { cache, onProgress, signal, ...how } = weightOptions;
    const file = imagenetFile(network, options);
    const { publishedFile } = await import("./published.ts");
    const download = {
      ...(cache !== undefined && { cache }),
      ...(onProgress !== undefined && { onProgress }),
      ...(signal !== undefined && { signal }),
    };
    await net.loadWeights(await publishedFile(name, file, download), how);
  } else if (weights !== null) await net.loadWeights(weights, weightOptions);
  return net;
}
