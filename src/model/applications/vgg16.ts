import { conv2d } from "../../layers/conv.ts";
import { dense } from "../../layers/dense.ts";
import { flatten } from "../../layers/flatten.ts";
import { maxPooling2d } from "../../layers/maxPooling.ts";
import type { Model } from "../model.ts";
import { APPLICATION_DEFAULTS, type ApplicationOptions, application } from "./application.ts";

/** Convolutions and filters of each block. */
const BLOCKS = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
] as const;

/**
 * VGG16, with Keras's names of layers (`block1_conv1` to `block5_pool`, `fc1`, `fc2`), so that its .h5 files fit.
 * Images: `preprocessInput("vgg16", images)`. Source: Simonyan & Zisserman 2015 (arXiv:1409.1556), configuration D.
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await vgg16({ weights: "vgg16_notop.h5", includeTop: false, inputShape: [224, 224, 3] });
 *     base.trainable = false;
 */
export function vgg16(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return application(
    {
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
    },
    options,
  );
}
