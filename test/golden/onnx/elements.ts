import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { celu } from "../../../src/ops/activations/celu.ts";
import { elu } from "../../../src/ops/activations/elu.ts";
import { gelu } from "../../../src/ops/activations/gelu.ts";
import { hardSwish } from "../../../src/ops/activations/hardSwish.ts";
import { leakyRelu } from "../../../src/ops/activations/leakyRelu.ts";
import { mish } from "../../../src/ops/activations/mish.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { sigmoid } from "../../../src/ops/activations/sigmoid.ts";
import { silu } from "../../../src/ops/activations/silu.ts";
import { softplus } from "../../../src/ops/activations/softplus.ts";
import { softsign } from "../../../src/ops/activations/softsign.ts";
import { tanh } from "../../../src/ops/activations/tanh.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import { cast } from "../../../src/ops/cast.ts";
import { clamp } from "../../../src/ops/clamp.ts";
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
} from "../../../src/ops/compare.ts";
import { isInf, isNaN } from "../../../src/ops/finite.ts";
import { logicalAnd, logicalNot, logicalOr } from "../../../src/ops/logical.ts";
import { maximum, minimum } from "../../../src/ops/maximum.ts";
import { neg } from "../../../src/ops/neg.ts";
import { pow } from "../../../src/ops/pow.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  floor,
  log,
  log1p,
  reciprocal,
  round,
  sign,
  sin,
  sqrt,
  trunc,
} from "../../../src/ops/unary.ts";
import { where } from "../../../src/ops/where.ts";
import { type NodeCall, type Operator, type Operators, numberOf } from "./node.ts";

type One = (x: SymbolicTensor) => SymbolicTensor;
type Two = (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor;

/** Our arithmetic is float32: other dtypes are converted and back, which is exact up to 2^24. */
export function inFloat(x: SymbolicTensor, op: One): SymbolicTensor {
  return cast(op(cast(x, { dtype: "float32" })), { dtype: x.dtype });
}

const one =
  (op: One): Operator =>
  ({ x: [x] }) =>
    inFloat(x!, op);

/** The second operand of an old operator set, whose axes begin at `axis` of the first. */
function aligned({ x: [a, b], attrs }: NodeCall): SymbolicTensor {
  const axis = attrs["axis"];
  if (typeof axis !== "number") return b!;
  const behind = a!.shape.length - axis - b!.shape.length;
  return reshape(b!, { shape: [...b!.shape, ...new Array<number>(behind).fill(1)] });
}

const two =
  (op: Two): Operator =>
  (node) =>
    inFloat(node.x[0]!, (a) => op(a, cast(aligned(node), { dtype: "float32" })));

const compare =
  (op: Two): Operator =>
  ({ x: [a, b] }) =>
    op(a!, b!);

/** Combines any number of inputs from the left. */
const all =
  (op: Two): Operator =>
  ({ x }) => {
    const floats = x.map((t) => cast(t!, { dtype: "float32" }));
    return cast(
      floats.reduce((a, b) => op(a, b)),
      { dtype: x[0]!.dtype },
    );
  };

/** Arctangent: the argument is halved twice, then eight terms of the series; infinities are cut at 1e18. */
function atan(x: SymbolicTensor): SymbolicTensor {
  const half: One = (t) => div(t, add(sqrt(add(mul(t, t), 1)), 1));
  const t = half(half(clamp(x, { min: -1e18, max: 1e18 })));
  const s = mul(t, t);
  let series: SymbolicTensor = constant(0);
  for (let k = 7; k >= 0; k--) series = sub(1 / (2 * k + 1), mul(s, series));
  return mul(mul(t, series), 4);
}

/** `x - y q` with a quotient that is rounded by `rule`; integers up to 2^24 divide exactly enough. */
const remainder =
  (rule: One): Two =>
  (a, b) =>
    sub(a, mul(b, rule(div(a, b))));

function thresholded(
  x: SymbolicTensor,
  yes: SymbolicTensor,
  condition: SymbolicTensor,
): SymbolicTensor {
  return where(condition, yes, mul(x, 0));
}

/** ONNX's operators element by element. */
export const elementOperators: Operators = {
  Abs: one(abs),
  Acosh: one((x) => log(add(x, sqrt(sub(mul(x, x), 1))))),
  Asinh: one((x) => mul(sign(x), log(add(abs(x), sqrt(add(mul(x, x), 1)))))),
  Atan: one(atan),
  Atanh: one((x) => mul(sub(log1p(x), log1p(neg(x))), 0.5)),
  Ceil: one(ceil),
  Cos: one(cos),
  Cosh: one((x) => mul(add(exp(x), exp(neg(x))), 0.5)),
  Erf: one(erf),
  Exp: one(exp),
  Floor: one(floor),
  Log: one(log),
  Neg: one(neg),
  Reciprocal: one(reciprocal),
  Round: one(round),
  Sign: one(sign),
  Sin: one(sin),
  Sinh: one((x) => mul(sub(exp(x), exp(neg(x))), 0.5)),
  Sqrt: one(sqrt),
  Tan: one((x) => div(sin(x), cos(x))),
  Identity: ({ x: [x] }) => x!,

  Celu: (node) => celu(node.x[0], { alpha: numberOf(node, "alpha", 1) }),
  Elu: (node) => elu(node.x[0], { alpha: numberOf(node, "alpha", 1) }),
  Gelu: ({ x: [x], attrs }) =>
    gelu(x, { approximate: attrs["approximate"] === "tanh" ? "tanh" : "none" }),
  HardSigmoid: (node) =>
    clamp(add(mul(node.x[0], numberOf(node, "alpha", 0.2)), numberOf(node, "beta", 0.5)), {
      min: 0,
      max: 1,
    }),
  HardSwish: one(hardSwish),
  LeakyRelu: (node) => leakyRelu(node.x[0], { negativeSlope: numberOf(node, "alpha", 0.01) }),
  Mish: one(mish),
  PRelu: ({ x: [x, slope] }) => {
    // The slopes of old models are one a channel, the second axis.
    const channels = slope!.shape.length === 1 && slope!.shape[0] !== x!.shape.at(-1);
    const shape = [slope!.shape[0]!, ...new Array<number>(x!.shape.length - 2).fill(1)];
    const own = channels && slope!.shape[0] !== 1 ? reshape(slope!, { shape }) : slope!;
    return where(less(x!, 0), mul(x, own), x);
  },
  Relu: one(relu),
  Selu: (node) => {
    const alpha = numberOf(node, "alpha", 1.6732632423543772);
    return mul(elu(node.x[0], { alpha }), numberOf(node, "gamma", 1.0507009873554805));
  },
  Shrink: (node) => {
    const [x] = node.x;
    const [edge, bias] = [numberOf(node, "lambd", 0.5), numberOf(node, "bias", 0)];
    const inner = mul(x, 0);
    return where(less(x!, -edge), add(x, bias), where(greater(x!, edge), sub(x, bias), inner));
  },
  Sigmoid: one(sigmoid),
  Softplus: one(softplus),
  Softsign: one(softsign),
  SwiGLU: ({ x: [a, b] }) => mul(silu(a), b),
  Swish: (node) => mul(node.x[0], sigmoid(mul(node.x[0], numberOf(node, "alpha", 1)))),
  Tanh: one(tanh),
  ThresholdedRelu: (node) =>
    thresholded(node.x[0]!, node.x[0]!, greater(node.x[0]!, numberOf(node, "alpha", 1))),

  Add: two(add),
  Sub: two(sub),
  Mul: two(mul),
  Div: (node) => {
    const whole = node.x[0]!.dtype !== "float32";
    return two((a, b) => (whole ? trunc(div(a, b)) : div(a, b)))(node);
  },
  Mod: (node) => two(remainder(numberOf(node, "fmod", 0) === 1 ? trunc : floor))(node),
  Pow: two(pow),
  Max: all(maximum),
  Min: all(minimum),
  Sum: all(add),
  Mean: ({ x }) =>
    mul(
      (x as SymbolicTensor[]).reduce((a, b) => add(a, b)),
      1 / x.length,
    ),
  Clip: (node) => {
    const [min, max] = ["min", "max"].map((name, i) =>
      name in node.attrs ? numberOf(node, name, 0) : (node.values(i + 1)?.[0] ?? null),
    );
    const low = min === null ? node.x[0]! : maximum(node.x[0], min);
    return max === null ? low : minimum(low, max);
  },

  And: compare(logicalAnd),
  Or: compare(logicalOr),
  Xor: compare(notEqual),
  Not: ({ x: [x] }) => logicalNot(x!),
  Equal: compare(equal),
  Greater: compare(greater),
  GreaterOrEqual: compare(greaterEqual),
  Less: compare(less),
  LessOrEqual: compare(lessEqual),
  IsInf: ({ x: [x] }) => isInf(x!),
  IsNaN: ({ x: [x] }) => isNaN(x!),
  Where: ({ x: [condition, a, b] }) => where(condition, a, b),
};
