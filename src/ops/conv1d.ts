import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { printShape } from "../shape.ts";
import { conv2d } from "./conv2d.ts";
import type { Ends, Padding } from "./convolutionShape.ts";
import { reachOf } from "./convolutionShape.ts";
import { reshape } from "./reshape.ts";

/** Attributes of `conv1d`. */
export interface Conv1dOptions {
  /** Steps from one window to the next. Default 1. */
  strides?: number;
  /** "valid", "same", "causal" (all before the first step), or [before, behind]. Default "valid". */
  padding?: "valid" | "same" | "causal" | Ends;
  /** Steps from one tap of the kernel to the next. Default 1. */
  dilationRate?: number;
  /** Default 1. */
  groups?: number;
  /** "linear" or "relu". Default "linear". */
  activation?: string;
}

/** @throws ShapeError unless x and kernel have three axes */
export function checkSequences(
  subject: string,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  form: string,
): void {
  if (x.shape.length !== 3) {
    throw new ShapeError(
      `${subject}: input must have 3 axes [batch, steps, channels], got ${printShape(x.shape)}; reshape it`,
    );
  }
  if (kernel.shape.length !== 3) {
    throw new ShapeError(
      `${subject}: kernel must have 3 axes ${form}, got ${printShape(kernel.shape)}`,
    );
  }
}

/** A sequence as an image of one row. @internal */
export function asImage(x: SymbolicTensor): SymbolicTensor {
  const [batch, steps, channels] = x.shape as [number, number, number];
  return reshape(x, { shape: [batch, 1, steps, channels] });
}

/** A kernel for sequences as one for images of one row. @internal */
export function asImageKernel(kernel: SymbolicTensor): SymbolicTensor {
  return reshape(kernel, { shape: [1, ...kernel.shape] });
}

/** An image of one row as a sequence. @internal */
export function asSequence(y: SymbolicTensor): SymbolicTensor {
  return reshape(y, { shape: [y.shape[0]!, y.shape[2]!, y.shape[3]!] });
}

/** Padding of the columns of an image of one row. */
function rowPadding(
  padding: Conv1dOptions["padding"] = "valid",
  taps: number,
  dilation: number,
): Padding {
  if (padding === "valid" || padding === "same") return padding;
  return [[0, 0], padding === "causal" ? [reachOf(taps, dilation) - 1, 0] : padding];
}

/**
 * Convolution of sequences, `out[n, t, o] = activation(sum over i, c of x[n, s t + d i - p, c] kernel[i, c, o] + bias[o])`:
 * `conv2d` of images with one row. With "causal" padding an output step sees no later input step.
 *
 * inputs: x float32[n, steps, c]; kernel float32[k, c / groups, filters]; bias float32[filters].
 *
 * @throws ShapeError where the kernel does not fit into the sequence or the channels
 */
export function conv1d(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias?: SymbolicTensor | Conv1dOptions | null,
  options?: Conv1dOptions,
): SymbolicTensor {
  const own = bias && "node" in bias ? bias : null;
  const given = options ?? (bias && !own ? (bias as Conv1dOptions) : {});
  checkSequences("conv1d", x, kernel, "[steps, channels / groups, filters]");
  const { strides = 1, dilationRate = 1, groups = 1, activation = "linear", padding } = given;
  return asSequence(
    conv2d(asImage(x), asImageKernel(kernel), own, {
      strides: [1, strides],
      dilationRate: [1, dilationRate],
      groups,
      activation,
      padding: rowPadding(padding, kernel.shape[0]!, dilationRate),
    }),
  );
}
