import { conv2d } from "../../../layers/conv.ts";
import { dense } from "../../../layers/dense.ts";
import { flatten } from "../../../layers/flatten.ts";
import { maxPooling2d } from "../../../layers/maxPooling.ts";
import { APPLICATION_DEFAULTS, type Network } from "../application.ts";
import type { ApplicationOptions } from "../options.ts";

/** Convolutions and filters of each block. */
const BLOCKS = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
] as const;

/** What the addresses of Keras's files begin with. */
const FOLDER =
  "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf";

/** See `vgg16`. */
export function vgg16Network(): Network<ApplicationOptions> {
  return {
    name: "vgg16",
    defaults: APPLICATION_DEFAULTS,
    features: (image) => {
      let x = image;
      BLOCKS.forEach(([count, filters], i) => {
        for (let j = 1; j <= count; j++) {
          const name = `block${i + 1}_conv${j}`;
          x = conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" })(x);
        }
        x = maxPooling2d({ name: `block${i + 1}_pool` })(x);
      });
      return x;
    },
    top: (x, { classes }) => {
      const first = dense({ name: "fc1", units: 4096, activation: "relu" })(flatten()(x));
      const second = dense({ name: "fc2", units: 4096, activation: "relu" })(first);
      return dense({ name: "logits", units: classes })(second);
    },
    // Digests: keras/src/applications/vgg16.py.
    imagenet: ({ includeTop }) =>
      includeTop
        ? {
            url: `${FOLDER}_kernels.h5`,
            bytes: 553_467_096,
            digest: "64373286793e3c8b2b4e3219cbf3544b",
          }
        : {
            url: `${FOLDER}_kernels_notop.h5`,
            bytes: 58_889_256,
            digest: "6d6bbae143d832006294945121d1f1fc",
          },
  };
}
