import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { gemmScratchBytes } from "../kernels/gemm.ts";
import { type Shape, printShape } from "../shape.ts";
import { maskPositive } from "./activations/relu.ts";
import { filterGradPlan, forwardPlan, inputGradPlans } from "./convolutionPlan.ts";
import {
  type ConvolutionAttrs,
  type Ends,
  type Geometry,
  convolutionFlops,
  convolutionOf,
  exactPadding,
  inputShape,
  isPointwise,
  kernelShape,
  outputShape,
} from "./convolutionShape.ts";
import { sum } from "./sum.ts";

/** Attributes of `conv2d`. */
export type Conv2dAttrs = ConvolutionAttrs & {
  /** What is applied to the result: "linear" or "relu". */
  activation: string;
};

/** Codes of the kernels' epilogue. */
const ACTIVATIONS: Readonly<Record<string, number>> = { linear: 0, relu: 1 };

/** Flags of the matmul kernel. */
const TRANSPOSE_A = 1;
const TRANSPOSE_B = 2;

const DEFAULTS: Conv2dAttrs = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  groups: 1,
  activation: "linear",
};

/** @throws ShapeError unless the bias has a number for each of `filters` channels */
function checkBias(subject: string, bias: Shape, filters: number): void {
  if (bias.length > 0 && (bias.length !== 1 || bias[0] !== filters)) {
    throw new ShapeError(
      `${subject}: the bias must have shape [${filters}], got ${printShape(bias)}`,
    );
  }
}

function activationCode(subject: string, activation: string): number {
  const code = ACTIVATIONS[activation];
  if (code === undefined) {
    throw new RangeError(
      `${subject}: activation must be "linear" or "relu", got ${JSON.stringify(activation)}; apply others to the result`,
    );
  }
  return code;
}

/** Scratch bytes of a product over pixels. */
function productScratch(m: number, n: number, k: number): number {
  return Math.max(128, gemmScratchBytes(m, n, k, 0));
}

/** Attributes that give the same windows whatever the shapes are derived from. */
function exact(g: Geometry): ConvolutionAttrs & { padding: readonly [Ends, Ends] } {
  return {
    strides: g.strides,
    padding: exactPadding(g),
    dilationRate: g.dilation,
    groups: g.groups,
  };
}

function biasGrad(dout: SymbolicTensor): SymbolicTensor {
  return sum(dout, { axis: [0, 1, 2] });
}

/**
 * Convolution of images, `out[n, y, x, o] = activation(sum over i, j, c of x[n, s y + d i - p, s x + d j - p, c]
 * kernel[i, j, c, o] + bias[o])`, without turning the kernel round, as everywhere in this field.
 *
 * inputs: x float32[n, h, w, c]; kernel float32[kh, kw, c / groups, filters]; bias float32[filters].
 * "same" padding is TensorFlow's: the extra pixel stands behind. What lies outside counts as 0, so that infinite
 * weights make NaN there. Each sum runs over (i, j, c) in order, in blocks of 384 that are added in order.
 *
 * @throws ShapeError where the kernel does not fit into the image or the channels
 */
export const conv2d: Op<Conv2dAttrs> = /* @__PURE__ */ defineOp<Conv2dAttrs>({
  name: "conv2d",
  inputs: ["x", "kernel", "bias?"],
  attrs: DEFAULTS,
  shape: ([x, kernel, bias], attrs) => {
    const g = convolutionOf("conv2d", x!, kernel!, attrs);
    checkBias("conv2d", bias!, g.filters);
    activationCode("conv2d", attrs.activation);
    return outputShape(g);
  },
  emit: (k, { x, kernel, bias, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = convolutionOf("conv2d", shapes["x"]!, shapes["kernel"]!, attrs);
    const activation = ACTIVATIONS[attrs.activation]!;
    if (isPointwise(g)) {
      const pixels = size / g.filters;
      k.matmul(x!, kernel!, bias!, out!, pixels, g.filters, g.channels, activation << 8, pixels);
      return;
    }
    const { words, pixels } = forwardPlan(g);
    k.convolution(x!, kernel!, bias!, out!, table(words), activation, pixels);
  },
  grad: ({ inputs, attrs, out, dout, needs }) => {
    const [x, kernel, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
    const g = convolutionOf("conv2d", x.shape, kernel.shape, attrs);
    const d = attrs.activation === "relu" ? maskPositive(out, dout) : dout;
    return [
      needs(0) ? convInputGrad(d, kernel, { ...exact(g), size: [g.rows, g.columns] }) : null,
      needs(1) ? convFilterGrad(x, d, { ...exact(g), kernelSize: g.kernel }) : null,
      needs(2) && bias ? biasGrad(d) : null,
    ];
  },
  scratch: ([x, kernel], attrs) => {
    const g = convolutionOf("conv2d", x!, kernel!, attrs);
    return isPointwise(g)
      ? productScratch(g.images * g.rows * g.columns, g.filters, g.channels)
      : forwardPlan(g).scratchBytes;
  },
  flops: ([x, kernel], _, attrs) => convolutionFlops(convolutionOf("conv2d", x!, kernel!, attrs)),
});

/** Attributes of the gradient by the input. */
export type InputGradAttrs = Conv2dAttrs & {
  padding: readonly [Ends, Ends];
  /** Rows and columns of the input. */
  size: readonly [number, number];
};

/** The convolution whose gradient an `convInputGrad` is. */
function inputGradOf([dy, kernel]: readonly Shape[], attrs: InputGradAttrs): Geometry {
  const inner = kernel![2]! * attrs.groups;
  return convolutionOf("convInputGrad", [dy![0]!, ...attrs.size, inner], kernel!, attrs);
}

/**
 * Gradient of a convolution by its input; also the transposed convolution, and so it takes a bias and an activation.
 * Each sum runs over the pixels of dy that a pixel meets, in order, and their channels.
 * @internal
 */
export const convInputGrad: Op<InputGradAttrs> = /* @__PURE__ */ defineOp<InputGradAttrs>({
  name: "convInputGrad",
  inputs: ["dy", "kernel", "bias?"],
  attrs: {
    ...DEFAULTS,
    padding: [
      [0, 0],
      [0, 0],
    ],
    size: [0, 0],
  },
  shape: ([dy, kernel, bias], attrs) => {
    const g = inputGradOf([dy!, kernel!], attrs);
    checkBias("convInputGrad", bias!, g.channels);
    return inputShape(g);
  },
  emit: (k, { dy, kernel, bias, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = inputGradOf([shapes["dy"]!, shapes["kernel"]!], attrs);
    const activation = ACTIVATIONS[attrs.activation]!;
    if (isPointwise(g)) {
      const pixels = size / g.channels;
      const flags = TRANSPOSE_B | (activation << 8);
      k.matmul(dy!, kernel!, bias!, out!, pixels, g.channels, g.filters, flags, pixels);
      return;
    }
    for (const { words, offset, pixels } of inputGradPlans(g))
      k.convolution(dy!, kernel!, bias!, out! + 4 * offset, table(words), activation, pixels);
  },
  grad: ({ inputs, attrs, out, dout, needs }) => {
    const [dy, kernel, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
    const g = inputGradOf([dy.shape, kernel.shape], attrs);
    const d = attrs.activation === "relu" ? maskPositive(out, dout) : dout;
    return [
      needs(0) ? conv2d(d, kernel, exact(g)) : null,
      needs(1) ? convFilterGrad(d, dy, { ...exact(g), kernelSize: g.kernel }) : null,
      needs(2) && bias ? biasGrad(d) : null,
    ];
  },
  scratch: ([dy, kernel], attrs) => {
    const g = inputGradOf([dy!, kernel!], attrs);
    return isPointwise(g)
      ? productScratch(g.images * g.rows * g.columns, g.channels, g.filters)
      : Math.max(128, ...inputGradPlans(g).map((plan) => plan.scratchBytes));
  },
  flops: ([dy, kernel], _, attrs) => convolutionFlops(inputGradOf([dy!, kernel!], attrs)),
});

/** Attributes of the gradient by the kernel. */
export type FilterGradAttrs = ConvolutionAttrs & {
  padding: readonly [Ends, Ends];
  /** Rows and columns of the kernel. */
  kernelSize: readonly [number, number];
};

function filterGradOf([x, dy]: readonly Shape[], attrs: FilterGradAttrs): Geometry {
  const kernel = [...attrs.kernelSize, x![3]! / attrs.groups, dy![3]!];
  return convolutionOf("convFilterGrad", x!, kernel, attrs);
}

/** Gradient of a convolution by its kernel: for each weight, a sum over all pixels in order. @internal */
export const convFilterGrad: Op<FilterGradAttrs> = /* @__PURE__ */ defineOp<FilterGradAttrs>({
  name: "convFilterGrad",
  inputs: ["x", "dy"],
  attrs: {
    strides: 1,
    padding: [
      [0, 0],
      [0, 0],
    ],
    dilationRate: 1,
    groups: 1,
    kernelSize: [1, 1],
  },
  shape: (shapes, attrs) => kernelShape(filterGradOf(shapes, attrs)),
  emit: (k, { x, dy, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = filterGradOf([shapes["x"]!, shapes["dy"]!], attrs);
    if (isPointwise(g)) {
      const pixels = g.images * g.rows * g.columns;
      const columns = g.filters > g.channels;
      k.matmul(
        x!,
        dy!,
        0,
        out!,
        g.channels,
        g.filters,
        pixels,
        TRANSPOSE_A | (columns ? 4 : 0),
        columns ? g.filters : g.channels,
      );
      return;
    }
    const plan = filterGradPlan(g);
    k.convolutionFilterGrad(x!, dy!, out!, table(plan.words), plan.size);
  },
  grad: ({ inputs: [x, dy], attrs, dout, needs }) => {
    const g = filterGradOf([x!.shape, dy!.shape], attrs);
    return [
      needs(0) ? convInputGrad(dy!, dout, { ...exact(g), size: [g.rows, g.columns] }) : null,
      needs(1) ? conv2d(x!, dout, exact(g)) : null,
    ];
  },
  scratch: (shapes, attrs) => {
    const g = filterGradOf(shapes, attrs);
    return isPointwise(g)
      ? productScratch(g.channels, g.filters, g.images * g.rows * g.columns)
      : filterGradPlan(g).scratchBytes;
  },
  flops: (shapes, _, attrs) => convolutionFlops(filterGradOf(shapes, attrs)),
});
