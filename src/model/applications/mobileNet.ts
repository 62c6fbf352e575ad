import { activation } from "../../layers/activation.ts";
import { batchNormalization } from "../../layers/batchNormalization.ts";
import { conv2d } from "../../layers/conv.ts";
import { depthwiseConv2d } from "../../layers/depthwiseConv2d.ts";
import { dropout } from "../../layers/dropout.ts";
import { flatten } from "../../layers/flatten.ts";
import { globalAveragePooling2d } from "../../layers/globalPooling.ts";
import type { LayerTensor } from "../../layers/layerTensor.ts";
import type { Model } from "../model.ts";
import { APPLICATION_DEFAULTS, type ApplicationOptions, application } from "./application.ts";

/** Options of `mobileNet`. */
export interface MobileNetOptions extends ApplicationOptions {
  /** Width: what the numbers of filters are multiplied by. Default 1. */
  alpha: number;
}

/** Filters and strides of the blocks. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

function normalized(name: string, x: LayerTensor): LayerTensor {
  const y = batchNormalization({ name: `${name}_bn` })(x);
  return activation({ name: `${name}_relu`, activation: "relu6" })(y);
}

/**
 * MobileNet v1, with Keras's names of layers (`conv1`, `conv_dw_1`, `conv_pw_1`, ...), so that its .h5 and TF.js files
 * fit. Images: `preprocessInput("mobileNet", images)`. Source: Howard et al. 2017 (arXiv:1704.04861).
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await mobileNet({ alpha: 0.25, weights: "mobilenet/model.json", includeTop: false, pooling: "average" });
 */
export function mobileNet(options: Partial<MobileNetOptions> = {}): Promise<Model> {
  return application<MobileNetOptions>(
    {
      name: "mobileNet",
      defaults: { ...APPLICATION_DEFAULTS, alpha: 1 },
      features: (image, { alpha }) => {
        const filtersOf = (filters: number): number => Math.floor(filters * alpha);
        const common = { padding: "same", useBias: false } as const;
        let x: LayerTensor = conv2d({
          name: "conv1",
          filters: filtersOf(32),
          kernelSize: 3,
          strides: 2,
          ...common,
        })(image);
        x = normalized("conv1", x);
        BLOCKS.forEach(([filters, strides], i) => {
          const [dw, pw] = [`conv_dw_${i + 1}`, `conv_pw_${i + 1}`];
          x = normalized(dw, depthwiseConv2d({ name: dw, kernelSize: 3, strides, ...common })(x));
          x = normalized(
            pw,
            conv2d({ name: pw, filters: filtersOf(filters), kernelSize: 1, ...common })(x),
          );
        });
        return x;
      },
      top: (x, { classes }) => {
        const pooled = globalAveragePooling2d({ keepDims: true })(x);
        const kept = dropout({ name: "dropout", rate: 1e-3 })(pooled);
        return flatten()(conv2d({ name: "conv_preds", filters: classes, kernelSize: 1 })(kept));
      },
    },
    options,
  );
}
