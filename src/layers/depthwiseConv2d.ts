import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { depthwiseConv2d as depthwiseConv2dOp } from "../ops/depthwiseConv2d.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import {
  type Extent,
  WINDOW_DEFAULTS,
  type WindowOptions,
  applied,
  biasParameter,
  checkCount,
  checkWindows,
  extentOf,
  imageAttrs,
  inputChannels,
} from "./convolution.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";
import type { ConvolutionRule } from "./shapeRules.ts";
import type { Shape } from "../shape.ts";

/** Options of `depthwiseConv2d`. */
export interface DepthwiseConvolutionOptions extends WindowOptions {
  /** Filters of each channel, >= 1. Default 1. */
  depthMultiplier: number;
  /** Default "glorotUniform". */
  depthwiseInitializer: InitializerName | Initializer;
  /** Penalty on the kernel. Default null. */
  depthwiseRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  depthwiseConstraint: ConstraintName | Constraint | null;
}

/**
 * Depthwise convolution of images: each channel has filters of its own.
 *
 * input: float32[batch, rows, columns, channels]; output: float32[batch, windows, windows, channels depthMultiplier].
 * kernel: float32[...kernelSize, channels, depthMultiplier]; bias: float32[channels depthMultiplier].
 *
 * @throws ShapeError where the kernel does not fit into the input
 *
 * @example
 *     depthwiseConv2d({ kernelSize: 3, padding: "same" })
 */
export const depthwiseConv2d: <const Input extends Shape | null>(
  options: LayerOptions<DepthwiseConvolutionOptions, Input, { kernelSize: Extent }>,
) => ShapedLayer<ConvolutionRule<"depthwiseConv2d", 2, number, null>, Input> =
  /* @__PURE__ */ defineLayer<DepthwiseConvolutionOptions, Shaped>({
    name: "depthwiseConv2d",
    needs: ["kernelSize"],
    defaults: {
      ...WINDOW_DEFAULTS,
      depthMultiplier: 1,
      depthwiseInitializer: "glorotUniform",
      depthwiseRegularizer: null,
      depthwiseConstraint: null,
    },
    check: (options) => {
      checkCount("depthwiseConv2d", "depthMultiplier", options.depthMultiplier);
      checkWindows("depthwiseConv2d", options, 2);
    },
    params: (options, [x], name) => {
      const subject = `depthwiseConv2d "${name}"`;
      const channels = inputChannels(subject, x!, options, 2);
      const { depthMultiplier } = options;
      return {
        kernel: {
          shape: [
            ...extentOf(subject, "kernelSize", options.kernelSize, 2),
            channels,
            depthMultiplier,
          ],
          initializer: initializerOf(subject, options.depthwiseInitializer),
          regularizer: regularizerOf(subject, options.depthwiseRegularizer),
          constraint: constraintOf(subject, options.depthwiseConstraint),
        },
        ...biasParameter(subject, options, channels * depthMultiplier),
      };
    },
    call: ([x], { options, params }, name) =>
      applied(`depthwiseConv2d "${name}"`, x!, options, (t) =>
        depthwiseConv2dOp(t, params["kernel"]!, params["bias"] ?? null, imageAttrs(options)),
      ),
  });
