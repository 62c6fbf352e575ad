import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { celu } from "../../../src/ops/activations/celu.ts";
import { elu } from "../../../src/ops/activations/elu.ts";
import { gelu } from "../../../src/ops/activations/gelu.ts";
import { hardSigmoid } from "../../../src/ops/activations/hardSigmoid.ts";
import { hardSwish } from "../../../src/ops/activations/hardSwish.ts";
import { leakyRelu } from "../../../src/ops/activations/leakyRelu.ts";
import { logSigmoid } from "../../../src/ops/activations/logSigmoid.ts";
import { mish } from "../../../src/ops/activations/mish.ts";
import { relu } from "../../../src/ops/activations/relu.ts";
import { relu6 } from "../../../src/ops/activations/relu6.ts";
import { selu } from "../../../src/ops/activations/selu.ts";
import { sigmoid } from "../../../src/ops/activations/sigmoid.ts";
import { silu } from "../../../src/ops/activations/silu.ts";
import { softplus } from "../../../src/ops/activations/softplus.ts";
import { softsign } from "../../../src/ops/activations/softsign.ts";
import { tanh } from "../../../src/ops/activations/tanh.ts";
import { clamp } from "../../../src/ops/clamp.ts";
import { neg } from "../../../src/ops/neg.ts";
import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
  trunc,
} from "../../../src/ops/unary.ts";
import type { GoldenOps } from "./goldenOps.ts";

const one =
  (op: (x: SymbolicTensor) => SymbolicTensor): GoldenOps[string] =>
  ({ x }) =>
    op(x!);

/** Golden names of unary.json, unary_kink.json and unary_special.json; PyTorch's defaults. */
export const unaryOps: GoldenOps = {
  relu: one(relu),
  relu6: one(relu6),
  selu: one(selu),
  silu: one(silu),
  mish: one(mish),
  hardswish: one(hardSwish),
  hardsigmoid: one(hardSigmoid),
  tanh: one(tanh),
  sigmoid: one(sigmoid),
  log_sigmoid: one(logSigmoid),
  softsign: one(softsign),
  exp: one(exp),
  expm1: one(expm1),
  abs: one(abs),
  neg: one(neg),
  square: one(square),
  sin: one(sin),
  cos: one(cos),
  erf: one(erf),
  log: one(log),
  log1p: one(log1p),
  log2: one(log2),
  sqrt: one(sqrt),
  rsqrt: one(rsqrt),
  reciprocal: one(reciprocal),
  floor: one(floor),
  ceil: one(ceil),
  round: one(round),
  sign: one(sign),
  trunc: one(trunc),
  leaky_relu: ({ x }, { slope = 0.01 }) => leakyRelu(x, { negativeSlope: slope as number }),
  elu: ({ x }, { alpha = 1 }) => elu(x, { alpha: alpha as number }),
  celu: ({ x }, { alpha = 1 }) => celu(x, { alpha: alpha as number }),
  gelu: ({ x }, { approximate = "none" }) =>
    gelu(x, { approximate: approximate as "none" | "tanh" }),
  softplus: ({ x }, { beta = 1, threshold = 20 }) =>
    softplus(x, { beta: beta as number, threshold: threshold as number }),
  clamp: ({ x }, { min, max }) =>
    clamp(x, { min: (min as number | null) ?? -Infinity, max: (max as number | null) ?? Infinity }),
};
