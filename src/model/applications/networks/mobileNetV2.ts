import { activation } from "../../../layers/activation.ts";
import { add } from "../../../layers/add.ts";
import { batchNormalization } from "../../../layers/batchNormalization.ts";
import { conv2d } from "../../../layers/conv.ts";
import { dense } from "../../../layers/dense.ts";
import { depthwiseConv2d } from "../../../layers/depthwiseConv2d.ts";
import { globalAveragePooling2d } from "../../../layers/globalPooling.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { APPLICATION_DEFAULTS, type Network } from "../application.ts";
import type { MobileNetOptions } from "../options.ts";
import { KERAS_FOLDER, checkAlpha, publishedSize } from "./keras.ts";

/** Filters and strides of each block: Sandler et al. 2018, table 2. */
const BLOCKS = [
  [16, 1],
  [24, 2],
  [24, 1],
  [32, 2],
  [32, 1],
  [32, 1],
  [64, 2],
  [64, 1],
  [64, 1],
  [64, 1],
  [96, 1],
  [96, 1],
  [96, 1],
  [160, 2],
  [160, 1],
  [160, 1],
  [320, 1],
] as const;

/** How many times wider a block is inside than its input. */
const EXPANSION = 6;

const COMMON = { padding: "same", useBias: false } as const;

/** The multiple of 8 next to x, and at least 0.9 x. */
function multipleOf8(x: number): number {
  const near = Math.max(8, Math.floor((x + 4) / 8) * 8);
  return near < 0.9 * x ? near + 8 : near;
}

function norm(name: string, x: LayerTensor): LayerTensor {
  return batchNormalization({ name, momentum: 0.999 })(x);
}

function relu6(name: string, x: LayerTensor): LayerTensor {
  return activation({ name, activation: "relu6" })(x);
}

/** Widens, filters each channel, and narrows without an activation; the input is added where shapes are equal. */
function block(index: number, x: LayerTensor, filters: number, strides: number): LayerTensor {
  const prefix = index === 0 ? "expanded_conv" : `block_${index}`;
  const channels = x.shape.at(-1)!;
  let y = x;
  if (index > 0) {
    const name = `${prefix}_expand`;
    y = conv2d({ name, filters: EXPANSION * channels, kernelSize: 1, ...COMMON })(y);
    y = relu6(`${name}_relu`, norm(`${name}_BN`, y));
  }
  const depthwise = `${prefix}_depthwise`;
  y = depthwiseConv2d({ name: depthwise, kernelSize: 3, strides, ...COMMON })(y);
  y = relu6(`${depthwise}_relu`, norm(`${depthwise}_BN`, y));
  const project = `${prefix}_project`;
  y = norm(`${project}_BN`, conv2d({ name: project, filters, kernelSize: 1, ...COMMON })(y));
  return strides === 1 && channels === filters ? add({ name: `${prefix}_add` })(x, y) : y;
}

/** See `mobileNetV2`. */
export function mobileNetV2Network(): Network<MobileNetOptions> {
  return {
    name: "mobileNetV2",
    defaults: { ...APPLICATION_DEFAULTS, alpha: 1 },
    features: (image, { alpha }) => {
      const first = { name: "Conv1", kernelSize: 3, strides: 2, ...COMMON } as const;
      let x: LayerTensor = conv2d({ ...first, filters: multipleOf8(32 * alpha) })(image);
      x = relu6("Conv1_relu", norm("bn_Conv1", x));
      BLOCKS.forEach(([filters, strides], i) => {
        x = block(i, x, multipleOf8(Math.floor(filters * alpha)), strides);
      });
      // The last layer is not made narrower than the paper's: only alpha > 1 changes it.
      const filters = alpha > 1 ? multipleOf8(1280 * alpha) : 1280;
      x = conv2d({ name: "Conv_1", filters, kernelSize: 1, ...COMMON })(x);
      return relu6("out_relu", norm("Conv_1_bn", x));
    },
    top: (x, { classes }) => dense({ name: "logits", units: classes })(globalAveragePooling2d()(x)),
    // keras/src/applications/mobilenet_v2.py, which gives no digests.
    imagenet: ({ alpha, includeTop, inputShape }) => {
      checkAlpha("mobileNetV2", alpha, ["0.35", "0.5", "0.75", "1", "1.3", "1.4"]);
      const size = publishedSize(inputShape, [96, 128, 160, 192, 224]);
      const width = Number.isInteger(alpha) ? `${alpha}.0` : String(alpha);
      const file = `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${width}_${size}${includeTop ? "" : "_no_top"}.h5`;
      return { url: `${KERAS_FOLDER}/mobilenet_v2/${file}`, bytes: null, digest: null };
    },
  };
}
