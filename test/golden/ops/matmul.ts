import { matmul, outer } from "../../../src/ops/matmul.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** Golden names of matmul.json. */
export const matmulOps: GoldenOps = {
  matmul: ({ a, b }) => matmul(a, b),
  matmul_special: ({ a, b }) => matmul(a, b),
  linear: ({ x, weight, bias }) => matmul(x, weight, bias, { transposeB: true }),
  outer: ({ a, b }) => outer(a!, b!),
};
