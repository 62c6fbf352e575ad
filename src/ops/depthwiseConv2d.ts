import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, printShape } from "../shape.ts";
import { relu } from "./activations/relu.ts";
import { add } from "./binary.ts";
import { broadcastTo } from "./broadcastTo.ts";
import {
  type ConvolutionAttrs,
  type Ends,
  type Geometry,
  checkImages,
  convolutionFlops,
  convolutionOf,
  exactPadding,
  inputShape,
  outputShape,
} from "./convolutionShape.ts";
import { reshape } from "./reshape.ts";

/** Attributes of `depthwiseConv2d`. */
export interface DepthwiseConv2dOptions extends Partial<Omit<ConvolutionAttrs, "groups">> {
  /** "linear" or "relu". Default "linear". */
  activation?: "linear" | "relu";
}

type DepthwiseAttrs = Omit<ConvolutionAttrs, "groups">;

const DEFAULTS: DepthwiseAttrs = { strides: 1, padding: "valid", dilationRate: 1 };

/** A convolution whose groups are channels. */
function geometryOf(x: Shape, taps: readonly [number, number], attrs: DepthwiseAttrs): Geometry {
  const channels = x[3]!;
  return convolutionOf("depthwiseConv2d", x, [...taps, 1, channels], {
    ...attrs,
    groups: channels,
  });
}

/** Words that assembly/ops/depthwise.ts reads. */
function planOf(g: Geometry): number[] {
  return [
    g.rows,
    g.columns,
    g.outRows,
    g.outColumns,
    g.channels,
    ...g.kernel,
    ...g.strides,
    ...g.dilation,
    ...g.before,
  ];
}

/** Attributes that give the same windows from any of the shapes. */
function exact(g: Geometry): DepthwiseAttrs & { padding: readonly [Ends, Ends] } {
  return { strides: g.strides, dilationRate: g.dilation, padding: exactPadding(g) };
}

const taps = (kernel: Shape): [number, number] => [kernel[0]!, kernel[1]!];

/** A convolution of every channel with its own weights, kernel [rows, columns, channels]. */
const depthwise: Op<DepthwiseAttrs> = /* @__PURE__ */ defineOp<DepthwiseAttrs>({
  name: "depthwise",
  inputs: ["x", "kernel"],
  attrs: DEFAULTS,
  shape: ([x, kernel], attrs) => outputShape(geometryOf(x!, taps(kernel!), attrs)),
  emit: (k, { x, kernel, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = geometryOf(shapes["x"]!, taps(shapes["kernel"]!), attrs);
    k.depthwise(x!, kernel!, out!, table(planOf(g)), g.images * g.outRows);
  },
  grad: ({ inputs: [x, kernel], attrs, dout, needs }) => {
    const g = geometryOf(x!.shape, taps(kernel!.shape), attrs);
    return [
      needs(0)
        ? depthwiseInputGrad(dout, kernel!, { ...exact(g), size: [g.rows, g.columns] })
        : null,
      needs(1) ? depthwiseFilterGrad(x!, dout, { ...exact(g), kernelSize: g.kernel }) : null,
    ];
  },
  flops: ([x, kernel], _, attrs) => convolutionFlops(geometryOf(x!, taps(kernel!), attrs)),
});

type InputGradAttrs = DepthwiseAttrs & { size: readonly [number, number] };

function inputGradOf([dy, kernel]: readonly Shape[], attrs: InputGradAttrs): Geometry {
  const { size, ...rest } = attrs;
  return geometryOf([dy![0]!, ...size, dy![3]!], taps(kernel!), rest);
}

/** Gradient of `depthwise` by x. */
const depthwiseInputGrad: Op<InputGradAttrs> = /* @__PURE__ */ defineOp<InputGradAttrs>({
  name: "depthwiseInputGrad",
  inputs: ["dy", "kernel"],
  attrs: { ...DEFAULTS, size: [0, 0] },
  shape: (shapes, attrs) => inputShape(inputGradOf(shapes, attrs)),
  emit: (k, { dy, kernel, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = inputGradOf([shapes["dy"]!, shapes["kernel"]!], attrs);
    k.depthwiseInputGrad(dy!, kernel!, out!, table(planOf(g)), g.images * g.rows);
  },
  grad: ({ inputs: [dy, kernel], attrs, dout, needs }) => {
    const g = inputGradOf([dy!.shape, kernel!.shape], attrs);
    return [
      needs(0) ? depthwise(dout, kernel!, exact(g)) : null,
      needs(1) ? depthwiseFilterGrad(dout, dy!, { ...exact(g), kernelSize: g.kernel }) : null,
    ];
  },
  flops: (shapes, _, attrs) => convolutionFlops(inputGradOf(shapes, attrs)),
});

type FilterGradAttrs = DepthwiseAttrs & { kernelSize: readonly [number, number] };

function filterGradOf([x]: readonly Shape[], { kernelSize, ...rest }: FilterGradAttrs): Geometry {
  return geometryOf(x!, kernelSize, rest);
}

/** Gradient of `depthwise` by its weights. */
const depthwiseFilterGrad: Op<FilterGradAttrs> = /* @__PURE__ */ defineOp<FilterGradAttrs>({
  name: "depthwiseFilterGrad",
  inputs: ["x", "dy"],
  attrs: { ...DEFAULTS, kernelSize: [1, 1] },
  shape: ([x], { kernelSize }) => [...kernelSize, x![3]!],
  emit: (k, { x, dy, out }, { shapes, attrs, size, table }) => {
    if (size === 0) return;
    const g = filterGradOf([shapes["x"]!], attrs);
    const taps = g.kernel[0] * g.kernel[1];
    k.depthwiseFilterGrad(x!, dy!, out!, table(planOf(g)), g.images, taps);
  },
  grad: ({ inputs: [x, dy], attrs, dout, needs }) => {
    const g = filterGradOf([x!.shape], attrs);
    return [
      needs(0) ? depthwiseInputGrad(dy!, dout, { ...exact(g), size: [g.rows, g.columns] }) : null,
      needs(1) ? depthwise(x!, dout, exact(g)) : null,
    ];
  },
  flops: (shapes, _, attrs) => convolutionFlops(filterGradOf(shapes, attrs)),
});

/** Every channel `times` times, side by side. */
function repeated(x: SymbolicTensor, times: number): SymbolicTensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const wide = broadcastTo(reshape(x, { shape: [n, h, w, c, 1] }), [n, h, w, c, times]);
  return reshape(wide, { shape: [n, h, w, c * times] });
}

/**
 * Depthwise convolution: each channel of x has `multiplier` filters of its own,
 * `out[n, y, x, c multiplier + m] = activation(sum over i, j of x[n, s y + d i - p, s x + d j - p, c] kernel[i, j, c, m] + bias)`.
 *
 * inputs: x float32[n, h, w, c]; kernel float32[kh, kw, c, multiplier]; bias float32[c multiplier].
 * Taps outside of the image are left out. A multiplier above 1 copies x that many times.
 *
 * @throws ShapeError where the kernel does not fit into the image or the channels
 */
export function depthwiseConv2d(
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias?: SymbolicTensor | DepthwiseConv2dOptions | null,
  options?: DepthwiseConv2dOptions,
): SymbolicTensor {
  const own = bias && "node" in bias ? bias : null;
  const given = options ?? (bias && !own ? (bias as DepthwiseConv2dOptions) : {});
  checkImages("depthwiseConv2d", x.shape, kernel.shape, "[rows, columns, channels, multiplier]");
  const [rows, columns, channels, multiplier] = kernel.shape as [number, number, number, number];
  if (channels !== x.shape[3] || channels === 0) {
    throw new ShapeError(
      `depthwiseConv2d: the kernel must be for the input's channels, got ${printShape(kernel.shape)} for ${printShape(x.shape)}`,
    );
  }
  const { activation = "linear", ...attrs } = given;
  const flat = reshape(kernel, { shape: [rows, columns, channels * multiplier] });
  const y = depthwise(multiplier === 1 ? x : repeated(x, multiplier), flat, attrs);
  const biased = own ? add(y, own) : y;
  return activation === "relu" ? relu(biased) : biased;
}
