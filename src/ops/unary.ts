import { type Attrs, type Op, type OpDefinition, defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { add, div, mul } from "./binary.ts";
import { elementaryFlops } from "./elementaryFlops.ts";
import { neg } from "./neg.ts";

/** Kernels of the form `(x, out, size)`. */
type UnaryKernel = {
  [K in keyof Kernels]: Parameters<Kernels[K]> extends [x: number, out: number, size: number]
    ? K
    : never;
}[keyof Kernels];

/** An op of one input, element by element, whose kernel has its name. */
function defineUnary(
  name: UnaryKernel,
  grad: OpDefinition["grad"],
  flops?: OpDefinition["flops"],
): Op<Attrs, Shaped> {
  return defineOp<Attrs, Shaped>({
    name,
    inputs: ["x"],
    shape: ([x]) => x!,
    emit: (k, { x, out }, { size }) => k[name](x!, out!, size),
    grad,
    inPlace: 0,
    flops,
  });
}

/** Steps: flat wherever they have a slope, so their gradient is zero, as in PyTorch. */
const flat: OpDefinition["grad"] = () => [null];

const LOG_2 = 0.6931471805599453;
const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** `e^x`. Overflow gives Infinity; NaN stays NaN. */
export const exp: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "exp",
  ({ out, dout }) => [mul(dout, out)],
  elementaryFlops,
);

/** `e^x - 1`, accurate near 0. */
export const expm1: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "expm1",
  ({ out, dout }) => [mul(dout, add(out, 1))],
  elementaryFlops,
);

/** Natural logarithm. 0 gives -Infinity, a negative x NaN. */
export const log: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "log",
  ({ inputs: [x], dout }) => [div(dout, x!)],
  elementaryFlops,
);

/** `log(1 + x)`, accurate near 0. */
export const log1p: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "log1p",
  ({ inputs: [x], dout }) => [div(dout, add(x!, 1))],
  elementaryFlops,
);

/** Logarithm to base 2, exact at powers of two. */
export const log2: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "log2",
  ({ inputs: [x], dout }) => [div(dout, mul(x!, LOG_2))],
  elementaryFlops,
);

/** Sine of x in radians. Infinities give NaN. */
export const sin: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "sin",
  ({ inputs: [x], dout }) => [mul(dout, cos(x!))],
  elementaryFlops,
);

/** Cosine of x in radians. Infinities give NaN. */
export const cos: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "cos",
  ({ inputs: [x], dout }) => [neg(mul(dout, sin(x!)))],
  elementaryFlops,
);

/** Error function, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to x. */
export const erf: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "erf",
  ({ inputs: [x], dout }) => [mul(dout, mul(exp(neg(square(x!))), TWO_OVER_SQRT_PI))],
  elementaryFlops,
);

/** Square root. A negative x gives NaN, -0 stays -0. */
export const sqrt: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("sqrt", ({ out, dout }) => [
  div(dout, mul(out, 2)),
]);

/** `1 / sqrt(x)`. */
export const rsqrt: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("rsqrt", ({ out, dout }) => [
  mul(dout, mul(mul(square(out), out), -0.5)),
]);

/** `1 / x`. */
export const reciprocal: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "reciprocal",
  ({ out, dout }) => [neg(mul(dout, square(out)))],
);

/** `x^2`. */
export const square: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "square",
  ({ inputs: [x], dout }) => [mul(dout, mul(x!, 2))],
);

/** Gradient of abs, `dx = dy sign(x)`; 0 at the kink. */
const absGrad: Op = /* @__PURE__ */ defineOp({
  name: "absGrad",
  inputs: ["x", "dy"],
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size }) => k.absGrad(x!, dy!, out!, size),
  grad: ({ inputs: [x], dout }) => [null, absGrad(x!, dout)],
  inPlace: 1,
});

/** Absolute value. Its gradient at 0 is 0. */
export const abs: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary(
  "abs",
  ({ inputs: [x], dout }) => [absGrad(x!, dout)],
);

/** 1, -1, or 0 for both zeros and for NaN, as in PyTorch. Its gradient is zero. */
export const sign: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("sign", flat);

/** Largest integer not above x. Its gradient is zero. */
export const floor: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("floor", flat);

/** Smallest integer not below x. Its gradient is zero. */
export const ceil: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("ceil", flat);

/** Nearest integer, halves to even. Its gradient is zero. */
export const round: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("round", flat);

/** Integer part, towards zero. Its gradient is zero. */
export const trunc: ShapedOp<SameShape> = /* @__PURE__ */ defineUnary("trunc", flat);
