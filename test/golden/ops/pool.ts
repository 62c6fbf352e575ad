import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import {
  type AveragePoolOptions,
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  averagePool1d,
  averagePool2d,
  maxPool1d,
  maxPool2d,
} from "../../../src/ops/pool.ts";
import { channelsFirst, channelsLast } from "./channels.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** PyTorch's attributes: a number serves both axes, padding is the same on both sides. */
function optionsOf(attrs: Readonly<Record<string, unknown>>, rank: number): AveragePoolOptions {
  const perAxis = (value: unknown): number[] =>
    Array.isArray(value) ? (value as number[]) : Array<number>(rank).fill(value as number);
  if (attrs["divisor_override"]) throw new TypeError("divisor_override is not offered");
  return {
    poolSize: perAxis(attrs["kernel"]),
    strides: perAxis(attrs["stride"]),
    padding: perAxis(attrs["padding"]).map((n): [number, number] => [n, n]),
    dilation: perAxis(attrs["dilation"] ?? 1),
    ceilMode: attrs["ceil_mode"] === true,
    // True where PyTorch's call leaves it out.
    countPadding: attrs["count_include_pad"] !== false,
  };
}

const pool =
  (
    op: (x: SymbolicTensor, options: AveragePoolOptions) => SymbolicTensor,
    rank: number,
  ): GoldenOps[string] =>
  ({ x }, attrs) =>
    channelsFirst(op(channelsLast(x!), optionsOf(attrs, rank)));

const adaptive =
  (op: typeof adaptiveMaxPool2d): GoldenOps[string] =>
  ({ x }, { output_size }) =>
    channelsFirst(op(channelsLast(x!), { outputSize: output_size as number[] }));

/** Golden names of pool.json. */
export const poolOps: GoldenOps = {
  max_pool1d: pool(maxPool1d, 1),
  max_pool2d: pool(maxPool2d, 2),
  avg_pool1d: pool(averagePool1d, 1),
  avg_pool2d: pool(averagePool2d, 2),
  adaptive_avg_pool2d: adaptive(adaptiveAveragePool2d),
  adaptive_max_pool2d: adaptive(adaptiveMaxPool2d),
};
