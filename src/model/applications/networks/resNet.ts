import { activation } from "../../../layers/activation.ts";
import { add } from "../../../layers/add.ts";
import { batchNormalization } from "../../../layers/batchNormalization.ts";
import { conv2d } from "../../../layers/conv.ts";
import { dense } from "../../../layers/dense.ts";
import { globalAveragePooling2d } from "../../../layers/globalPooling.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { maxPooling2d } from "../../../layers/maxPooling.ts";
import { APPLICATION_DEFAULTS, type Network } from "../application.ts";
import type { ApplicationOptions } from "../options.ts";
import type { PublishedFile } from "../published.ts";

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
  file: PublishedFile,
  counts: readonly number[],
  deep: boolean,
): Network<ApplicationOptions> {
  return {
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
    imagenet: (): PublishedFile => file,
  };
}

/** torchvision's `ResNet18_Weights.IMAGENET1K_V1`; the digest is that of the name, in full. */
const RESNET18: PublishedFile = {
  url: "https://download.pytorch.org/models/resnet18-f37072fd.pth",
  bytes: 46_830_571,
  digest: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
};

/** torchvision's `ResNet50_Weights.IMAGENET1K_V1`. */
const RESNET50: PublishedFile = {
  url: "https://download.pytorch.org/models/resnet50-0676ba61.pth",
  bytes: 102_530_333,
  digest: "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
};

/** See `resNet18`. */
export function resNet18Network(): Network<ApplicationOptions> {
  return resNet("resNet18", RESNET18, [2, 2, 2, 2], false);
}

/** See `resNet50`. */
export function resNet50Network(): Network<ApplicationOptions> {
  return resNet("resNet50", RESNET50, [3, 4, 6, 3], true);
}
