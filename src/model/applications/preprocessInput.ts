import { ShapeError, checkName } from "../../errors.ts";
import { printShape } from "../../shape.ts";
import { Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";

/** How a network's publisher prepared its images: order of channels, then `(x - mean) / scale`, channel by channel. */
const FORMS = {
  /** BGR less the means of ImageNet. */
  vgg16: { order: [2, 1, 0], mean: [103.939, 116.779, 123.68], scale: [1, 1, 1] },
  squeezeNet: { order: [2, 1, 0], mean: [103.939, 116.779, 123.68], scale: [1, 1, 1] },
  /** From -1 to 1. */
  mobileNet: { order: [0, 1, 2], mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
  mobileNetV2: { order: [0, 1, 2], mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
  /** torchvision's means and deviations, times 255. */
  resNet: { order: [0, 1, 2], mean: [123.675, 116.28, 103.53], scale: [58.395, 57.12, 57.375] },
} as const;

/** Networks that images can be prepared for. */
export type PreparedFor = keyof typeof FORMS;

/**
 * Images as a network's weights were trained on: vgg16 and squeezeNet BGR minus means, mobileNet and mobileNetV2
 * `x / 127.5 - 1`, resNet `(x / 255 - mean) / deviation`.
 *
 * @param images  [..., 3], red, green, blue in 0..255
 * @throws OptionError for an unknown network, ShapeError where there are not three channels
 *
 * @example
 *     await net.predict(preprocessInput("mobileNet", images));
 */
export function preprocessInput(network: PreparedFor, images: TensorLike): Tensor {
  checkName("preprocessInput", "network", network, Object.keys(FORMS));
  const { data, shape } = tensor(images);
  if (shape.at(-1) !== 3)
    throw new ShapeError(
      `preprocessInput: images must have 3 channels, the last axis, got ${printShape(shape)}`,
    );
  const { order, mean, scale } = FORMS[network];
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    for (let c = 0; c < 3; c++) out[i + c] = (data[i + order[c]!]! - mean[c]!) / scale[c]!;
  }
  return new Tensor(out, [...shape], "float32");
}
