import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { convInputGrad } from "./conv2d.ts";
import {
  type ConvolutionAttrs,
  type Ends,
  type Pair,
  checkImages,
  pairOf,
  reachOf,
} from "./convolutionShape.ts";

/** Attributes of `conv2dTranspose`. */
export interface Conv2dTransposeOptions extends Partial<ConvolutionAttrs> {
  /** Rows and columns more than the least that the strides give; below the strides. Default null: as the padding says. */
  outputPadding?: Pair | null;
  /** "linear" or "relu". Default "linear". */
  activation?: string;
}

/** Length of an axis of the result, and padding that leads from it back to the input's. */
function unwound(
  length: number,
  taps: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same" | Ends,
  extra: number | null,
): { size: number; ends: Ends } {
  const reach = reachOf(taps, dilation);
  const full = (length - 1) * stride + reach;
  const sizes = { valid: Math.max(full, length * stride), same: length * stride };
  if (typeof padding !== "string") {
    const size = full - padding[0] - padding[1] + (extra ?? 0);
    return { size, ends: [padding[0], full - size - padding[0]] };
  }
  const cut = padding === "same" ? 2 * Math.floor(reach / 2) : 0;
  const size = extra === null ? sizes[padding] : full - cut + extra;
  const before = padding === "same" ? Math.floor(Math.max(full - size, 0) / 2) : 0;
  return { size, ends: [before, full - size - before] };
}

/** Two whole numbers >= 0 below the strides, or nulls. @throws RangeError */
function extraOf(
  subject: string,
  value: Pair | null,
  strides: readonly number[],
): readonly [number | null, number | null] {
  if (value === null) return [null, null];
  const pair = typeof value === "number" ? [value, value] : value;
  if (
    pair.length !== 2 ||
    !pair.every((n, i) => Number.isInteger(n) && n >= 0 && n < Math.max(strides[i]!, 1))
  ) {
    throw new RangeError(
      `${subject}: outputPadding must be whole numbers >= 0 below the strides, got ${JSON.stringify(value)}`,
    );
  }
  return [pair[0]!, pair[1]!];
}

/** `conv2dTranspose` under the name of who calls it. @internal */
export function transposed(
  subject: string,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias: SymbolicTensor | null,
  {
    strides = 1,
    padding = "valid",
    dilationRate = 1,
    groups = 1,
    activation = "linear",
    outputPadding = null,
  }: Conv2dTransposeOptions,
): SymbolicTensor {
  checkImages(subject, x.shape, kernel.shape, "[rows, columns, filters / groups, channels]");
  const step = pairOf(subject, "strides", strides);
  const dilation = pairOf(subject, "dilationRate", dilationRate);
  const extra = extraOf(subject, outputPadding, step);
  if (kernel.shape[3] !== x.shape[3]) {
    throw new ShapeError(
      `${subject}: the kernel's last axis must be the input's ${x.shape[3]} channels, got ${kernel.shape[3]}`,
    );
  }
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    unwound(
      x.shape[axis + 1]!,
      kernel.shape[axis]!,
      step[axis],
      dilation[axis],
      typeof padding === "string" ? padding : padding[axis],
      extra[axis],
    ),
  ) as [ReturnType<typeof unwound>, ReturnType<typeof unwound>];
  if (rows.size < 1 || columns.size < 1) {
    throw new ShapeError(
      `${subject}: the padding must leave a result, got ${rows.size} rows and ${columns.size} columns`,
    );
  }
  return convInputGrad(x, kernel, bias, {
    strides: step,
    dilationRate: dilation,
    groups,
    activation,
    padding: [rows.ends, columns.ends],
    size: [rows.size, columns.size],
  });
}

/**
 * Transposed convolution, the gradient of a convolution by its input: every pixel of x adds `x kernel` to a window
 * of the result, windows stand `strides` apart.
 *
 * inputs: x float32[n, h, w, c]; kernel float32[kh, kw, filters / groups, c] (Keras's form); bias float32[filters].
 * The result has `h s` rows with "same" padding, `max(h s, (h - 1) s + kh)` with "valid", and
 * `(h - 1) s + kh - top - bottom + outputPadding` with padding in numbers.
 *
 * @throws ShapeError where the kernel does not fit the channels
 */
export function conv2dTranspose(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias?: SymbolicTensor | Conv2dTransposeOptions | null,
  options?: Conv2dTransposeOptions,
): SymbolicTensor {
  const own = bias && "node" in bias ? bias : null;
  const given = options ?? (bias && !own ? (bias as Conv2dTransposeOptions) : {});
  return transposed("conv2dTranspose", x, kernel, own, given);
}
