import { OptionError } from "../../errors.ts";
import { type Op, defineOp } from "../../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../../graph/shapedOp.ts";
import type { SameShape } from "../../tensor/shapeTypes.ts";
import type { SymbolicTensor } from "../../graph/symbolic.ts";
import type { Shape } from "../../shape.ts";
import { add, mul, sub } from "../binary.ts";
import { elementaryFlops } from "../elementaryFlops.ts";
import { exp, square } from "../unary.ts";
import { tanh } from "./tanh.ts";

type GeluAttrs = {
  /** "none" is the definition, "tanh" the paper's approximation. */
  approximate: "none" | "tanh";
};

const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
const SQRT_TWO_OVER_PI = 0.7978845608028654;
const CUBIC = 0.044715;

function checkForm(x: Shape, { approximate }: GeluAttrs): Shape {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new OptionError(
      `gelu: approximate must be "none" or "tanh", got ${JSON.stringify(approximate)}`,
    );
  }
  return x;
}

/** Second derivative, `p(x) (2 - x^2)`, p the normal density. */
function curvature(x: SymbolicTensor): SymbolicTensor {
  const density = mul(exp(mul(square(x), -0.5)), INVERSE_SQRT_TWO_PI);
  return mul(density, sub(2, square(x)));
}

/**
 * Second derivative of the tanh form: with `i = k (x + c x^3)`, `t = tanh i` and `t' = (1 - t^2) i'` it is
 * `t' + x t'' / 2`, where `t'' = (1 - t^2) i'' - 2 t t' i'`.
 */
function curvatureOfTanhForm(x: SymbolicTensor): SymbolicTensor {
  const squared = square(x);
  const t = tanh(mul(x, mul(add(mul(squared, CUBIC), 1), SQRT_TWO_OVER_PI)));
  const slope = mul(add(mul(squared, 3 * CUBIC), 1), SQRT_TWO_OVER_PI);
  const rest = sub(1, square(t));
  const first = mul(rest, slope);
  const second = sub(
    mul(rest, mul(x, 6 * CUBIC * SQRT_TWO_OVER_PI)),
    mul(mul(t, 2), mul(first, slope)),
  );
  return add(first, mul(mul(x, 0.5), second));
}

const geluGrad: Op<GeluAttrs> = /* @__PURE__ */ defineOp<GeluAttrs>({
  name: "geluGrad",
  inputs: ["x", "dy"],
  attrs: { approximate: "none" },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) => {
    if (attrs.approximate === "tanh") k.geluTanhGrad(x!, dy!, out!, size);
    else k.geluGrad(x!, dy!, out!, size);
  },
  grad: ({ inputs: [x, dy], dout, attrs, needs }) => {
    const second = attrs.approximate === "tanh" ? curvatureOfTanhForm : curvature;
    return [needs(0) ? mul(mul(dout, dy!), second(x!)) : null, geluGrad(x!, dout, attrs)];
  },
  inPlace: 1,
  flops: elementaryFlops,
});

/**
 * Gaussian error linear unit, `x P(x)` with `P(x) = (1 + erf(x / sqrt 2)) / 2`; with `approximate: "tanh"`
 * `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`. -Infinity gives NaN, as in PyTorch.
 * Source: Hendrycks & Gimpel 2016 (arXiv:1606.08415).
 */
export const gelu: ShapedOp<SameShape, GeluAttrs> = /* @__PURE__ */ defineOp<GeluAttrs, Shaped>({
  name: "gelu",
  inputs: ["x"],
  attrs: { approximate: "none" },
  shape: ([x], attrs) => checkForm(x!, attrs),
  emit: (k, { x, out }, { size, attrs }) => {
    if (attrs.approximate === "tanh") k.geluTanh(x!, out!, size);
    else k.gelu(x!, out!, size);
  },
  grad: ({ inputs: [x], dout, attrs }) => [geluGrad(x!, dout, attrs)],
  inPlace: 0,
  flops: elementaryFlops,
});
