import { ShapeError } from "../errors.ts";
import { type EmitContext, type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { checkImages } from "./poolWindows.ts";

/** How a size is changed. */
export type ResizeMethod = "nearest" | "bilinear";

type ResizeAttrs = {
  height: number;
  width: number;
  method: ResizeMethod;
  alignCorners: boolean;
  /** Of the input, where only the gradient knows it. */
  shape: Shape;
};

const DEFAULTS: ResizeAttrs = {
  height: 1,
  width: 1,
  method: "nearest",
  alignCorners: false,
  shape: [],
};

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** The word of an f32. */
function wordOf(x: number): number {
  bits.setFloat32(0, x);
  return bits.getUint32(0);
}

/** low, high and the share of high of each output along an axis: see assembly/ops/resize.ts. */
function places(from: number, to: number, { method, alignCorners }: ResizeAttrs): number[] {
  return Array.from({ length: to }, (_, i) => {
    if (method === "nearest") {
      const low = Math.floor(((2 * i + 1) * from) / (2 * to));
      return [low, low, 0];
    }
    const corners = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const at = alignCorners ? corners : Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(at));
    return [low, Math.min(from - 1, low + 1), wordOf(at - low)];
  }).flat();
}

function geometry([n, h, w, c]: Shape, context: EmitContext<ResizeAttrs>) {
  const { attrs, table } = context;
  const rows = places(h!, attrs.height, attrs);
  const args: [Address, number, number, number, number, number, number] = [
    table([...rows, ...places(w!, attrs.width, attrs)]),
    h!,
    w!,
    c!,
    attrs.height,
    attrs.width,
    attrs.method === "bilinear" ? 1 : 0,
  ];
  return { args, samples: c! > 0 ? n! : 0 };
}

const scratch = (): number => 64;

const resizeGrad: Op<ResizeAttrs> = /* @__PURE__ */ defineOp<ResizeAttrs>({
  name: "resizeGrad",
  inputs: ["dy"],
  attrs: DEFAULTS,
  shape: (_, { shape }) => shape,
  emit: (k, { dy, out }, context) => {
    const { args, samples } = geometry(context.attrs.shape, context);
    k.resizeGrad(dy!, out!, ...args, samples);
  },
  grad: ({ dout, attrs }) => [resize(dout, attrs)],
  scratch,
  flops: ([dy]) => 4 * sizeOf(dy!),
});

const resize: Op<ResizeAttrs> = /* @__PURE__ */ defineOp<ResizeAttrs>({
  name: "resize",
  inputs: ["x"],
  attrs: DEFAULTS,
  shape: ([x], { height, width }) => [x![0]!, height, width, x![3]!],
  emit: (k, { x, out }, context) => {
    const { args, samples } = geometry(context.shapes["x"]!, context);
    k.resize(x!, out!, ...args, samples * context.attrs.height);
  },
  grad: ({ inputs: [x], dout, attrs }) => [resizeGrad(dout, { ...attrs, shape: x!.shape })],
  scratch,
  flops: (_, out) => 4 * sizeOf(out),
});

/** Attributes of resize2d. */
export interface ResizeOptions {
  /** Rows and columns of the result. */
  size: readonly [height: number, width: number];
  /** Default "nearest". */
  method?: ResizeMethod;
  /** The middles of the corner cells fall together, not the corners of the images; "bilinear" alone. Default false. */
  alignCorners?: boolean;
}

/**
 * Images at another size: the nearest cell (the one that the middle of an output cell falls into), or "bilinear", the
 * mean of four neighbours weighted by nearness, without smoothing where the size shrinks. As TensorFlow's and
 * PyTorch's with half-pixel middles.
 *
 * x: float32[batch, height, width, channels]. @throws ShapeError where x or the size is empty
 */
export function resize2d(
  x: SymbolicTensor,
  { size, method = "nearest", alignCorners = false }: ResizeOptions,
): SymbolicTensor {
  checkImages("resize2d", x.shape);
  const [height, width] = size;
  for (const n of [height, width, x.shape[1]!, x.shape[2]!]) {
    if (!Number.isInteger(n) || n < 1) {
      throw new ShapeError(
        `resize2d: height and width must be whole numbers >= 1, got ${JSON.stringify(size)} of ${JSON.stringify(x.shape)}`,
      );
    }
  }
  return resize(x, { height, width, method, alignCorners });
}
