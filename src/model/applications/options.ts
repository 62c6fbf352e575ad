import type { Shape } from "../../shape.ts";
import type { ModelSource } from "../load/source.ts";
import type { LoadWeightsOptions } from "../loadWeights.ts";

/** Options of every application. */
export interface ApplicationOptions {
  /**
   * A file of weights: Keras's .h5, TF.js's model.json, PyTorch's .pt, safetensors. "imagenet": the publisher's file, which
   * is downloaded once. Default null: drawn anew.
   */
  weights: "imagenet" | ModelSource | null;
  /** How the file is read and kept: see `model.loadWeights`; the publisher's is cached unless `cache: null`. Default {}. */
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

/** Options of `mobileNet` and `mobileNetV2`. */
export interface MobileNetOptions extends ApplicationOptions {
  /** Width: what the numbers of filters are multiplied by. Default 1. */
  alpha: number;
}
