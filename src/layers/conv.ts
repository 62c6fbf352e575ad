import { conv1d as conv1dOp } from "../ops/conv1d.ts";
import { conv2d as conv2dOp } from "../ops/conv2d.ts";
import {
  type ConvolutionLayerFactory,
  type ConvolutionOptions,
  CONVOLUTION_DEFAULTS,
  convolutionLayer,
  imageAttrs,
  sequenceAttrs,
} from "./convolution.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";

/**
 * Convolution of sequences, `activation(sum over taps and channels of x kernel + bias)`.
 *
 * input: float32[batch, steps, channels]; output: float32[batch, windows, filters].
 * kernel: float32[kernelSize, channels / groups, filters]; bias: float32[filters].
 *
 * @throws ShapeError where the kernel does not fit into the input
 *
 * @example
 *     conv1d({ filters: 16, kernelSize: 5, padding: "causal", activation: "relu" })
 */
export const conv1d: ConvolutionLayerFactory<"conv1d", 1, ConvolutionOptions> =
  /* @__PURE__ */ defineLayer<ConvolutionOptions, Shaped>(
    /* @__PURE__ */ convolutionLayer({
      name: "conv1d",
      rank: 1,
      defaults: CONVOLUTION_DEFAULTS,
      kernel: (size, channels, { groups, filters }) => [...size, channels / groups, filters],
      op: (x, kernel, bias, options) =>
        conv1dOp(x, kernel, bias, { ...sequenceAttrs(options), groups: options.groups }),
    }),
  );

/**
 * Convolution of images, `activation(sum over taps and channels of x kernel + bias)`.
 *
 * input: float32[batch, rows, columns, channels]; output: float32[batch, windows, windows, filters].
 * kernel: float32[...kernelSize, channels / groups, filters]; bias: float32[filters].
 *
 * @throws ShapeError where the kernel does not fit into the input
 *
 * @example
 *     conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu" })
 */
export const conv2d: ConvolutionLayerFactory<"conv2d", 2, ConvolutionOptions> =
  /* @__PURE__ */ defineLayer<ConvolutionOptions, Shaped>(
    /* @__PURE__ */ convolutionLayer({
      name: "conv2d",
      rank: 2,
      defaults: CONVOLUTION_DEFAULTS,
      kernel: (size, channels, { groups, filters }) => [...size, channels / groups, filters],
      op: (x, kernel, bias, options) =>
        conv2dOp(x, kernel, bias, { ...imageAttrs(options), groups: options.groups }),
    }),
  );
