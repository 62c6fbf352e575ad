import { activation } from "../../../layers/activation.ts";
import { batchNormalization } from "../../../layers/batchNormalization.ts";
import { conv2d } from "../../../layers/conv.ts";
import { depthwiseConv2d } from "../../../layers/depthwiseConv2d.ts";
import { dropout } from "../../../layers/dropout.ts";
import { flatten } from "../../../layers/flatten.ts";
import { globalAveragePooling2d } from "../../../layers/globalPooling.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { APPLICATION_DEFAULTS, type Network } from "../application.ts";
import type { MobileNetOptions } from "../options.ts";
import { KERAS_FOLDER, checkAlpha, publishedSize } from "./keras.ts";

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

/** How widths are called in the names of Keras's files. */
const WIDTHS: Readonly<Record<number, string>> = { 1: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5" };

/** See `mobileNet`. */
export function mobileNetNetwork(): Network<MobileNetOptions> {
  return {
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
        // Keras pads before it strides: below and on the right, also where the size is odd.
        const padding =
          strides === 1
            ? "same"
            : ([
                [0, 1],
                [0, 1],
              ] as const);
        x = normalized(
          dw,
          depthwiseConv2d({ name: dw, kernelSize: 3, strides, padding, useBias: false })(x),
        );
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
    // keras/src/applications/mobilenet.py, which gives no digests.
    imagenet: ({ alpha, includeTop, inputShape }) => {
      checkAlpha("mobileNet", alpha, Object.keys(WIDTHS));
      const size = publishedSize(inputShape, [128, 160, 192, 224]);
      const file = `mobilenet_${WIDTHS[alpha]}_${size}_tf${includeTop ? "" : "_no_top"}.h5`;
      return { url: `${KERAS_FOLDER}/mobilenet/${file}`, bytes: null, digest: null };
    },
  };
}
