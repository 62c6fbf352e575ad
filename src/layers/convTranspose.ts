import { conv1dTranspose as conv1dTransposeOp } from "../ops/conv1dTranspose.ts";
import { conv2dTranspose as conv2dTransposeOp } from "../ops/conv2dTranspose.ts";
import {
  type ConvolutionLayerFactory,
  type ConvolutionOptions,
  type Extent,
  CONVOLUTION_DEFAULTS,
  convolutionLayer,
  imageAttrs,
  sequenceAttrs,
} from "./convolution.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";

/** Options of the transposed convolutions. */
export interface TransposedOptions extends ConvolutionOptions {
  /** Steps more than the least that the strides give, below the strides; null: as the padding says. Default null. */
  outputPadding: Extent | null;
}

const DEFAULTS: TransposedOptions = { ...CONVOLUTION_DEFAULTS, outputPadding: null };

/** @throws RangeError for "causal": there is nothing behind to leave out */
function checkPadding(kind: string, { padding }: TransposedOptions): void {
  if (padding === "causal")
    throw new RangeError(`${kind}: padding must be "valid", "same" or numbers, got "causal"`);
}

/**
 * Transposed convolution of sequences: every step adds `x kernel` to a window of the output.
 *
 * input: float32[batch, steps, channels]; output: float32[batch, longer, filters].
 * kernel: float32[kernelSize, filters / groups, channels]; bias: float32[filters].
 *
 * @throws ShapeError where nothing is left of the output
 *
 * @example
 *     conv1dTranspose({ filters: 8, kernelSize: 4, strides: 2, padding: "same" })
 */
export const conv1dTranspose: ConvolutionLayerFactory<
  "conv1dTranspose",
  1,
  TransposedOptions,
  false
> = /* @__PURE__ */ defineLayer<TransposedOptions, Shaped>(
  /* @__PURE__ */ convolutionLayer({
    name: "conv1dTranspose",
    rank: 1,
    defaults: DEFAULTS,
    check: (options) => checkPadding("conv1dTranspose", options),
    kernel: (size, channels, { groups, filters }) => [...size, filters / groups, channels],
    op: (x, kernel, bias, options) => {
      const { padding, ...attrs } = sequenceAttrs(options);
      const { outputPadding, groups } = options;
      return conv1dTransposeOp(x, kernel, bias, {
        ...attrs,
        padding: padding === "causal" ? "valid" : padding,
        groups,
        outputPadding: typeof outputPadding === "number" ? outputPadding : outputPadding?.[0],
      });
    },
  }),
);

/**
 * Transposed convolution of images: every pixel adds `x kernel` to a window of the output.
 *
 * input: float32[batch, rows, columns, channels]; output: float32[batch, larger, larger, filters].
 * kernel: float32[...kernelSize, filters / groups, channels]; bias: float32[filters].
 *
 * @throws ShapeError where nothing is left of the output
 *
 * @example
 *     conv2dTranspose({ filters: 3, kernelSize: 4, strides: 2, padding: "same" })
 */
export const conv2dTranspose: ConvolutionLayerFactory<
  "conv2dTranspose",
  2,
  TransposedOptions,
  false
> = /* @__PURE__ */ defineLayer<TransposedOptions, Shaped>(
  /* @__PURE__ */ convolutionLayer({
    name: "conv2dTranspose",
    rank: 2,
    defaults: DEFAULTS,
    kernel: (size, channels, { groups, filters }) => [...size, filters / groups, channels],
    op: (x, kernel, bias, options) => {
      const { outputPadding, groups } = options;
      return conv2dTransposeOp(x, kernel, bias, {
        ...imageAttrs(options),
        groups,
        outputPadding:
          outputPadding === null || typeof outputPadding === "number"
            ? outputPadding
            : [outputPadding[0]!, outputPadding[1]!],
      });
    },
  }),
);
