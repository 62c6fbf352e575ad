import { OptionError, withDefaults } from "../../errors.ts";
import { activation } from "../../layers/activation.ts";
import { globalAveragePooling2d, globalMaxPooling2d } from "../../layers/globalPooling.ts";
import { type LayerTensor, input } from "../../layers/layerTensor.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { model } from "../functional.ts";
import type { ModelSource } from "../load/source.ts";
import type { Model } from "../model.ts";
import type { LoadWeightsOptions } from "../loadWeights.ts";

/** Options of every application. */
export interface ApplicationOptions {
  /** A file of weights: Keras's .h5, TF.js's model.json, PyTorch's .pt, safetensors. Default null: drawn anew. */
  weights: ModelSource | null;
  /** How the file is read: see `model.loadWeights`. Default {}. */
  weightOptions: LoadWeightsOptions;
  /** Keeps the classifier. Default true. */
  includeTop: boolean;
  /** Shape of an image. Default [224, 224, 3]. */
  inputShape: Shape;
  /** Without the classifier: what becomes of the last map. Default null: it stays as it is. */
  pooling: "average" | "maximum" | null;
  /** Classes of the classifier. Default 1000. */
  classes: number;
}

export const APPLICATION_DEFAULTS: ApplicationOptions = {
  weights: null,
  weightOptions: {},
  includeTop: true,
  inputShape: [224, 224, 3],
  pooling: null,
  classes: 1000,
};

/** Between an input and its features, or the classifier behind them. */
export interface Network<O extends ApplicationOptions> {
  readonly name: string;
  readonly defaults: O;
  readonly features: (image: LayerTensor, options: O) => LayerTensor;
  /** Logits of the classes. */
  readonly top: (features: LayerTensor, options: O) => LayerTensor;
}

/** Builds a network and reads its weights. @throws OptionError, ShapeError, DataError */
export async function application<O extends ApplicationOptions>(
  { name, defaults, features, top }: Network<O>,
  given: Partial<O>,
): Promise<Model<Tensor>> {
  const options = withDefaults<O>(name, defaults, given);
  if (options.weights === "imagenet") {
    throw new OptionError(
      `${name}: weights must be a file or its address; "imagenet" is not known here, so give the publisher's file`,
    );
  }
  const image = input(options.inputShape, { name: "image" });
  let x = features(image, options);
  if (options.includeTop)
    x = activation({ activation: "softmax", name: "predictions" })(top(x, options));
  else if (options.pooling === "average") x = globalAveragePooling2d({ name: "pool" })(x);
  else if (options.pooling === "maximum") x = globalMaxPooling2d({ name: "pool" })(x);
  const net = model({ inputs: image, outputs: x, name });
  if (options.weights !== null) await net.loadWeights(options.weights, options.weightOptions);
  return net;
}
