import { concatenate } from "../../../layers/concatenate.ts";
import { conv2d } from "../../../layers/conv.ts";
import { dropout } from "../../../layers/dropout.ts";
import { globalAveragePooling2d } from "../../../layers/globalPooling.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { maxPooling2d } from "../../../layers/maxPooling.ts";
import { APPLICATION_DEFAULTS, type Network } from "../application.ts";
import type { ApplicationOptions } from "../options.ts";

/** Filters that squeeze, and filters of each of the two that expand; null is a pooling. */
const FIRES = [
  [16, 64],
  [16, 64],
  null,
  [32, 128],
  [32, 128],
  null,
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

function fire(name: string, x: LayerTensor, squeeze: number, expand: number): LayerTensor {
  const conv = (part: string, filters: number, kernelSize: number): ReturnType<typeof conv2d> =>
    conv2d({ name: `${name}_${part}`, filters, kernelSize, padding: "same", activation: "relu" });
  const squeezed = conv("squeeze1x1", squeeze, 1)(x);
  const [one, three] = [
    conv("expand1x1", expand, 1)(squeezed),
    conv("expand3x3", expand, 3)(squeezed),
  ];
  return concatenate({ name: `${name}_concat` })(one, three);
}

/** See `squeezeNet`. */
export function squeezeNetNetwork(): Network<ApplicationOptions> {
  return {
    name: "squeezeNet",
    defaults: APPLICATION_DEFAULTS,
    features: (image) => {
      let x: LayerTensor = conv2d({
        name: "conv1",
        filters: 64,
        kernelSize: 3,
        strides: 2,
        activation: "relu",
      })(image);
      x = maxPooling2d({ poolSize: 3, strides: 2 })(x);
      let n = 2;
      for (const one of FIRES) {
        x = one
          ? fire(`fire${n++}`, x, one[0], one[1])
          : maxPooling2d({ poolSize: 3, strides: 2 })(x);
      }
      return x;
    },
    top: (x, { classes }) => {
      const kept = dropout({ name: "drop9", rate: 0.5 })(x);
      const conv10 = conv2d({
        name: "conv10",
        filters: classes,
        kernelSize: 1,
        activation: "relu",
      });
      return globalAveragePooling2d()(conv10(kept));
    },
    // The weights of the authors for Keras: github.com/rcmalli/keras-squeezenet, which gives no digests.
    imagenet: ({ includeTop }) => ({
      url: `https://github.com/rcmalli/keras-squeezenet/releases/download/v1.0/squeezenet_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
      bytes: null,
      digest: null,
    }),
  };
}
