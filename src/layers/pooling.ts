import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type AveragePoolOptions, axesOfPool } from "../ops/pool.ts";
import type { Padding } from "../ops/poolWindows.ts";
import type { Shape } from "../shape.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import type { LayerDefinition, LayerOptions, ShapedLayer } from "./defineLayer.ts";
import type { WindowRule } from "./shapeRules.ts";

/** Options of a pooling layer; a number serves all spatial axes. */
export interface PoolingOptions {
  /** Cells of a window along each spatial axis. Default 2. */
  poolSize: number | readonly number[];
  /** Cells from one window to the next; null: poolSize. Default null. */
  strides: number | readonly number[] | null;
  /** "valid", "same" (as many outputs as strides fit), or a pair [before, after] an axis. Default "valid". */
  padding: Padding;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

/** A factory of layers whose options, but for the format, leave the channels and the number of axes. */
export type WindowLayerFactory<Name extends string, Rank extends 1 | 2, O> = <
  const Input extends Shape | null,
  Format extends DataFormat = "channelsLast",
>(
  options?: LayerOptions<O, Input, { dataFormat?: Format }>,
) => ShapedLayer<WindowRule<Name, Rank, Format>, Input>;

/** The definition of a pooling layer over `rank` spatial axes. */
export function poolingLayer(
  name: string,
  rank: number,
  op: (x: SymbolicTensor, options: AveragePoolOptions) => SymbolicTensor,
): LayerDefinition<PoolingOptions> {
  return {
    name,
    defaults: { poolSize: 2, strides: null, padding: "valid", dataFormat: "channelsLast" },
    check: (options) => {
      checkDataFormat(name, options.dataFormat);
      axesOfPool(name, options, rank);
    },
    call: ([x], { options: { poolSize, strides, padding, dataFormat } }) =>
      withChannelsLast(x!, dataFormat, (t) => op(t, { poolSize, strides, padding })),
  };
}
