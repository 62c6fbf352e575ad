import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add, div, mul, sub } from "../../../src/ops/binary.ts";
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
} from "../../../src/ops/compare.ts";
import { maximum, minimum } from "../../../src/ops/maximum.ts";
import { pow } from "../../../src/ops/pow.ts";
import { where } from "../../../src/ops/where.ts";
import type { GoldenOps } from "./goldenOps.ts";

type Two = (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor;

const two =
  (op: Two): GoldenOps[string] =>
  ({ a, b }) =>
    op(a!, b!);

/** Golden names of binary.json and binary_special.json. */
export const binaryOps: GoldenOps = {
  add: two(add),
  sub: two(sub),
  mul: two(mul),
  div: two(div),
  maximum: two(maximum),
  minimum: two(minimum),
  pow: two(pow),
  pow_scalar: ({ x }, { exponent }) => pow(x!, exponent as number),
  where: ({ cond, a, b }) => where(cond, a, b),
  eq: two(equal),
  ne: two(notEqual),
  lt: two(less),
  le: two(lessEqual),
  gt: two(greater),
  ge: two(greaterEqual),
};
