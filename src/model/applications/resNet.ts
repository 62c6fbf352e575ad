import { activation } from "../../layers/activation.ts";
import { add } from "../../layers/add.ts";
import { batchNormalization } from "../../layers/batchNormalization.ts";
import { conv2d } from "../../layers/conv.ts";
import { dense } from "../../layers/dense.ts";
import { globalAveragePooling2d } from "../../layers/globalPooling.ts";
import type { LayerTensor } from "../../layers/layerTensor.ts";
import { maxPooling2d } from "../../layers/maxPooling.ts";
import type { Model } from "../model.ts";
import { APPLICATION_DEFAULTS, type ApplicationOptions, application } from "./application.ts";

/** Convolution and batch normalization with torchvision's padding and momentum. */
function conv(
  names: readonly [conv: string, norm: string],
  x: LayerTensor,
  filters: number,
  size: number,
  strides: number,
): LayerTensor {
  const margin = (size - 1) / 2;
  const padding = [
    [margin, margin],
    [margin, margin],
  ] as const;
  const options = { name: names[0], filters, kernelSize: size, strides, padding, useBias: false };
  const norm = { name: names[1], epsilon: 1e-5, momentum: 0.9, unbiasedRunningVariance: true };
  return batchNormalization(norm)(conv2d(options)(x));
}

function relu(x: LayerTensor): LayerTensor {
  return activation({ activation: "relu" })(x);
}

/** One block: two convolutions of 3x3, or 1x1, 3x3, 1x1 with four times as many filters; and the way around them. */
function block(
  name: string,
  x: LayerTensor,
  filters: number,
  strides: number,
  deep: boolean,
): LayerTensor {
  const at = (i: number): [string, string] => [`${name}_conv${i}`, `${name}_bn${i}`];
  const wide = deep ? 4 * filters : filters;
  let y = deep ? relu(conv(at(1), x, filters, 1, 1)) : relu(conv(at(1), x, filters, 3, strides));
  y = deep ? relu(conv(at(2), y, filters, 3, strides)) : conv(at(2), y, filters, 3, 1);
  if (deep) y = conv(at(3), y, wide, 1, 1);
  const names = [`${name}_downsample_0`, `${name}_downsample_1`] as const;
  const around = strides === 1 && x.shape.at(-1) === wide ? x : conv(names, x, wide, 1, strides);
  return relu(add()(y, around));
}

function resNet(
  name: string,
  counts: readonly number[],
  deep: boolean,
  options: Partial<ApplicationOptions>,
): Promise<Model> {
  return application(
    {
      name,
      defaults: APPLICATION_DEFAULTS,
      features: (image) => {
        let x = relu(conv(["conv1", "bn1"], image, 64, 7, 2));
        x = maxPooling2d({
          poolSize: 3,
          strides: 2,
          padding: [
            [1, 1],
            [1, 1],
          ],
        })(x);
        counts.forEach((count, i) => {
          for (let j = 0; j < count; j++) {
            const strides = i > 0 && j === 0 ? 2 : 1;
            x = block(`layer${i + 1}_${j}`, x, 64 * 2 ** i, strides, deep);
          }
        });
        return x;
      },
      top: (x, { classes }) => dense({ name: "fc", units: classes })(globalAveragePooling2d()(x)),
    },
    options,
  );
}

/**
 * ResNet-18, with torchvision's names of modules (`layer1.0.conv1` as `layer1_0_conv1`) and paddings, so that its
 * state_dicts fit. Images: `preprocessInput("resNet", images)`. Source: He et al. 2016 (arXiv:1512.03385).
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await resNet18({ weights: "resnet18.pt", includeTop: false, pooling: "average" });
 */
export function resNet18(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return resNet("resNet18", [2, 2, 2, 2], false, options);
}

/**
 * ResNet-50 as torchvision has it, strides in the 3x3 convolutions ("v1.5"): see `resNet18`.
 *
 * @throws DataError where the file of weights does not fit
 */
export function resNet50(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return resNet("resNet50", [3, 4, 6, 3], true, options);
}
