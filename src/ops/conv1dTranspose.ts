import type { SymbolicTensor } from "../graph/symbolic.ts";
import { asImage, asImageKernel, asSequence, checkSequences } from "./conv1d.ts";
import { transposed } from "./conv2dTranspose.ts";
import type { Ends } from "./convolutionShape.ts";

/** Attributes of `conv1dTranspose`. */
export interface Conv1dTransposeOptions {
  /** Steps from one window of the result to the next. Default 1. */
  strides?: number;
  /** "valid", "same", or [before, behind]: steps that are cut off. Default "valid". */
  padding?: "valid" | "same" | Ends;
  /** Default 1. */
  dilationRate?: number;
  /** Default 1. */
  groups?: number;
  /** Steps more than the least that the strides give. Default null: as the padding says. */
  outputPadding?: number | null;
  /** "linear" or "relu". Default "linear". */
  activation?: string;
}

/**
 * Transposed convolution of sequences: `conv2dTranspose` of images with one row.
 *
 * inputs: x float32[n, steps, c]; kernel float32[k, filters / groups, c]; bias float32[filters].
 *
 * @throws ShapeError where the kernel does not fit the channels
 */
export function conv1dTranspose(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias?: SymbolicTensor | Conv1dTransposeOptions | null,
  options?: Conv1dTransposeOptions,
): SymbolicTensor {
  const own = bias && "node" in bias ? bias : null;
  const given = options ?? (bias && !own ? (bias as Conv1dTransposeOptions) : {});
  checkSequences("conv1dTranspose", x, kernel, "[steps, filters / groups, channels]");
  const { strides = 1, dilationRate = 1, groups, activation, padding = "valid" } = given;
  const { outputPadding = null } = given;
  return asSequence(
    transposed("conv1dTranspose", asImage(x), asImageKernel(kernel), own, {
      strides: [1, strides],
      dilationRate: [1, dilationRate],
      groups,
      activation,
      padding: typeof padding === "string" ? padding : [[0, 0], padding],
      outputPadding: outputPadding === null ? null : [0, outputPadding],
    }),
  );
}
