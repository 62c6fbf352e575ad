import type { OnnxValueOf } from "../../io/encodeOnnx.ts";
import type { OnnxWriter } from "./onnxGraph.ts";
import { float } from "./onnxValue.ts";

type Attributes = Readonly<Record<string, OnnxValueOf>>;

/** Element by element: a chain of nodes from the name of x to that of the result. */
type Chain = (w: OnnxWriter, x: string, attrs: Readonly<Record<string, never>>) => string;

const one =
  (
    op: string,
    attributes: (attrs: Readonly<Record<string, never>>) => Attributes = () => ({}),
  ): Chain =>
  (w, x, attrs) =>
    w.node(op, [x], attributes(attrs));

/** Ops of one tensor, element by element: they are the same in any order of the axes. */
export const ELEMENTWISE: Readonly<Record<string, Chain>> = {
  abs: one("Abs"),
  ceil: one("Ceil"),
  celu: one("Celu", ({ alpha }) => ({ alpha: float(alpha) })),
  clamp: (w, x, { min, max }) =>
    w.node("Clip", [
      x,
      Number.isFinite(min) ? w.scalar(min) : "",
      Number.isFinite(max) ? w.scalar(max) : "",
    ]),
  copy: one("Identity"),
  cos: one("Cos"),
  elu: one("Elu", ({ alpha }) => ({ alpha: float(alpha) })),
  erf: one("Erf"),
  exp: one("Exp"),
  expm1: (w, x) => w.node("Sub", [w.node("Exp", [x]), w.scalar(1)]),
  exponential: one("Exp"),
  floor: one("Floor"),
  gelu: (w, x, { approximate }) => {
    const half = w.node("Mul", [x, w.scalar(0.5)]);
    let inner: string;
    if (approximate === "tanh") {
      const cube = w.node("Mul", [w.node("Mul", [x, x]), x]);
      const sum = w.node("Add", [x, w.node("Mul", [cube, w.scalar(0.044715)])]);
      inner = w.node("Tanh", [w.node("Mul", [sum, w.scalar(0.7978845608028654)])]); // sqrt(2 / pi)
    } else inner = w.node("Erf", [w.node("Mul", [x, w.scalar(0.7071067811865476)])]);
    return w.node("Mul", [half, w.node("Add", [inner, w.scalar(1)])]);
  },
  hardSigmoid: one("HardSigmoid", () => ({ alpha: float(1 / 6), beta: float(0.5) })),
  hardSwish: one("HardSwish"),
  leakyRelu: one("LeakyRelu", ({ negativeSlope }) => ({ alpha: float(negativeSlope) })),
  linear: one("Identity"),
  log: one("Log"),
  log1p: (w, x) => w.node("Log", [w.node("Add", [x, w.scalar(1)])]),
  logSigmoid: (w, x) => w.node("Neg", [w.node("Softplus", [w.node("Neg", [x])])]),
  mish: (w, x) => w.node("Mul", [x, w.node("Tanh", [w.node("Softplus", [x])])]),
  neg: one("Neg"),
  powScalar: (w, x, { exponent }) => w.node("Pow", [x, w.scalar(exponent)]),
  reciprocal: one("Reciprocal"),
  relu: one("Relu"),
  relu6: (w, x) => w.node("Clip", [x, w.scalar(0), w.scalar(6)]),
  rsqrt: (w, x) => w.node("Reciprocal", [w.node("Sqrt", [x])]),
  selu: one("Selu"),
  sigmoid: one("Sigmoid"),
  sign: one("Sign"),
  silu: (w, x) => w.node("Mul", [x, w.node("Sigmoid", [x])]),
  sin: one("Sin"),
  softplus: one("Softplus"),
  softsign: one("Softsign"),
  sqrt: one("Sqrt"),
  square: (w, x) => w.node("Mul", [x, x]),
  stopGradient: one("Identity"),
  tanh: one("Tanh"),
};
