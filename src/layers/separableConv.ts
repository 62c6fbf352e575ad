import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { asImage, asImageKernel, asSequence } from "../ops/conv1d.ts";
import { conv2d } from "../ops/conv2d.ts";
import { reachOf } from "../ops/convolutionShape.ts";
import { depthwiseConv2d, type DepthwiseConv2dOptions } from "../ops/depthwiseConv2d.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import {
  type ConvolutionLayerFactory,
  type WindowOptions,
  WINDOW_DEFAULTS,
  applied,
  biasParameter,
  checkCount,
  checkWindows,
  extentOf,
  imageAttrs,
  inputChannels,
  sequenceAttrs,
} from "./convolution.ts";
import { type LayerDefinition, type Shaped, defineLayer } from "./defineLayer.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";

/** Options of the separable convolutions. */
export interface SeparableOptions extends WindowOptions {
  /** Number of output channels, >= 1. */
  filters: number;
  /** Filters of each input channel, >= 1. Default 1. */
  depthMultiplier: number;
  /** Default "glorotUniform". */
  depthwiseInitializer: InitializerName | Initializer;
  /** Default "glorotUniform". */
  pointwiseInitializer: InitializerName | Initializer;
  /** Penalty on the depthwise kernel. Default null. */
  depthwiseRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  depthwiseConstraint: ConstraintName | Constraint | null;
  /** Penalty on the pointwise kernel. Default null. */
  pointwiseRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  pointwiseConstraint: ConstraintName | Constraint | null;
}

const DEFAULTS: SeparableOptions = {
  ...WINDOW_DEFAULTS,
  filters: 0,
  depthMultiplier: 1,
  depthwiseInitializer: "glorotUniform",
  pointwiseInitializer: "glorotUniform",
  depthwiseRegularizer: null,
  depthwiseConstraint: null,
  pointwiseRegularizer: null,
  pointwiseConstraint: null,
};

/** Both kernels on images with their channels last. */
type Separable = (
  x: SymbolicTensor,
  depthwise: SymbolicTensor,
  pointwise: SymbolicTensor,
  bias: SymbolicTensor | null,
  options: SeparableOptions,
) => SymbolicTensor;

const onImages: Separable = (x, depthwise, pointwise, bias, options) =>
  conv2d(depthwiseConv2d(x, depthwise, imageAttrs(options)), pointwise, bias);

/** A sequence is an image of one row. */
const onSequences: Separable = (x, depthwise, pointwise, bias, options) => {
  const { strides, dilationRate, padding } = sequenceAttrs(options);
  const before = reachOf(depthwise.shape[0]!, dilationRate) - 1;
  const named = padding === "valid" || padding === "same";
  const attrs: DepthwiseConv2dOptions = {
    strides: [1, strides],
    dilationRate: [1, dilationRate],
    padding: named ? padding : [[0, 0], padding === "causal" ? [before, 0] : padding],
  };
  const y = depthwiseConv2d(asImage(x), asImageKernel(depthwise), attrs);
  return asSequence(conv2d(y, asImageKernel(pointwise), bias));
};

function separableLayer(
  kind: string,
  rank: number,
  op: Separable,
): LayerDefinition<SeparableOptions> {
  return {
    name: kind,
    defaults: DEFAULTS,
    check: (options) => {
      checkCount(kind, "filters", options.filters);
      checkCount(kind, "depthMultiplier", options.depthMultiplier);
      checkWindows(kind, options, rank);
    },
    params: (options, [x], name) => {
      const subject = `${kind} "${name}"`;
      const channels = inputChannels(subject, x!, options, rank);
      const { depthMultiplier, filters } = options;
      const size = extentOf(subject, "kernelSize", options.kernelSize, rank);
      return {
        depthwiseKernel: {
          shape: [...size, channels, depthMultiplier],
          initializer: initializerOf(subject, options.depthwiseInitializer),
          regularizer: regularizerOf(subject, options.depthwiseRegularizer),
          constraint: constraintOf(subject, options.depthwiseConstraint),
        },
        pointwiseKernel: {
          shape: [...size.map(() => 1), channels * depthMultiplier, filters],
          initializer: initializerOf(subject, options.pointwiseInitializer),
          regularizer: regularizerOf(subject, options.pointwiseRegularizer),
          constraint: constraintOf(subject, options.pointwiseConstraint),
        },
        ...biasParameter(subject, options, filters),
      };
    },
    call: ([x], { options, params }, name) =>
      applied(`${kind} "${name}"`, x!, options, (t) =>
        op(
          t,
          params["depthwiseKernel"]!,
          params["pointwiseKernel"]!,
          params["bias"] ?? null,
          options,
        ),
      ),
  };
}

/**
 * Depthwise convolution of sequences, then a product over channels: few weights for many channels.
 *
 * input: float32[batch, steps, channels]; output: float32[batch, windows, filters].
 * depthwiseKernel: float32[kernelSize, channels, depthMultiplier];
 * pointwiseKernel: float32[1, channels depthMultiplier, filters]; bias: float32[filters].
 *
 * @throws ShapeError where the kernel does not fit into the input
 *
 * @example
 *     separableConv1d({ filters: 32, kernelSize: 5, padding: "same" })
 */
export const separableConv1d: ConvolutionLayerFactory<"separableConv1d", 1, SeparableOptions> =
  /* @__PURE__ */ defineLayer<SeparableOptions, Shaped>(
    /* @__PURE__ */ separableLayer("separableConv1d", 1, onSequences),
  );

/**
 * Depthwise convolution of images, then a product over channels: few weights for many channels.
 *
 * input: float32[batch, rows, columns, channels]; output: float32[batch, windows, windows, filters].
 * depthwiseKernel: float32[...kernelSize, channels, depthMultiplier];
 * pointwiseKernel: float32[1, 1, channels depthMultiplier, filters]; bias: float32[filters].
 *
 * @throws ShapeError where the kernel does not fit into the input
 *
 * @example
 *     separableConv2d({ filters: 64, kernelSize: 3, padding: "same" })
 */
export const separableConv2d: ConvolutionLayerFactory<"separableConv2d", 2, SeparableOptions> =
  /* @__PURE__ */ defineLayer<SeparableOptions, Shaped>(
    /* @__PURE__ */ separableLayer("separableConv2d", 2, onImages),
  );
