import type { Model } from "../model.ts";
import { application } from "./application.ts";
import { mobileNetNetwork } from "./networks/mobileNet.ts";
import { mobileNetV2Network } from "./networks/mobileNetV2.ts";
import { resNet18Network, resNet50Network } from "./networks/resNet.ts";
import { squeezeNetNetwork } from "./networks/squeezeNet.ts";
import { vgg16Network } from "./networks/vgg16.ts";
import type { ApplicationOptions, MobileNetOptions } from "./options.ts";

/**
 * VGG16, with Keras's names of layers (`block1_conv1` to `block5_pool`, `fc1`, `fc2`), so that its .h5 files fit.
 * Images: `preprocessInput("vgg16", images)`. Source: Simonyan & Zisserman 2015 (arXiv:1409.1556), configuration D.
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await vgg16({ weights: "imagenet", includeTop: false, inputShape: [224, 224, 3] });
 *     base.trainable = false;
 */
export function vgg16(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return application(vgg16Network(), options);
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
  return application(mobileNetNetwork(), options);
}

/**
 * MobileNet v2, with Keras's names of layers (`Conv1`, `block_1_expand`, `block_1_depthwise`, `block_1_project`, ...),
 * so that its .h5 files fit. Images: `preprocessInput("mobileNetV2", images)`.
 * Source: Sandler et al. 2018 (arXiv:1801.04381).
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await mobileNetV2({ weights: "imagenet", includeTop: false, inputShape: [96, 96, 3] });
 */
export function mobileNetV2(options: Partial<MobileNetOptions> = {}): Promise<Model> {
  return application(mobileNetV2Network(), options);
}

/**
 * SqueezeNet v1.1, with the names of its Keras files (`fire2/squeeze1x1` as `fire2_squeeze1x1`).
 * Images: `preprocessInput("squeezeNet", images)`. Source: Iandola et al. 2016 (arXiv:1602.07360).
 *
 * @throws DataError where the file of weights does not fit
 *
 * @example
 *     const base = await squeezeNet({ weights: "squeezenet_notop.h5", includeTop: false, pooling: "average" });
 */
export function squeezeNet(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return application(squeezeNetNetwork(), options);
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
  return application(resNet18Network(), options);
}

/**
 * ResNet-50 as torchvision has it, strides in the 3x3 convolutions ("v1.5"): see `resNet18`.
 *
 * @throws DataError where the file of weights does not fit
 */
export function resNet50(options: Partial<ApplicationOptions> = {}): Promise<Model> {
  return application(resNet50Network(), options);
}
